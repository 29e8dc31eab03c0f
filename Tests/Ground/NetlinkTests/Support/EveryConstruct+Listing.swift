// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension EveryConstruct {
  /// As `nft -s list ruleset` shows it, with two spaces for a tab.
  static let listing = """
    table inet every {
      comment "a table"
      counter denied {
        comment "a counter"
      }

      set plain {
        type ipv4_addr
        size 1000
        comment "a set"
        elements = { 192.0.2.1 comment "an element", 192.0.2.2 }
      }

      set nets {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/8 comment "a net" }
      }

      set six {
        type ipv6_addr
        elements = { fd00::1 }
      }

      set triples {
        type ipv4_addr . inet_proto . inet_service
        elements = { 10.0.0.0 . udp . 53 }
      }

      map boxes {
        type ipv4_addr . inet_proto . inet_service : verdict
        flags interval
        counter
        elements = { 10.0.0.0/8 . tcp . 80-90 counter : goto target,
               192.0.2.1 . tcp . 443 counter : drop }
      }

      map dispatch {
        type ifname : verdict
        elements = { "cali123" comment "an endpoint" : jump target,
               * : return }
      }

      map classes {
        type ipv4_addr : mark
        elements = { 10.0.0.0 : 0x00000005 }
      }

      set accounting {
        type mark . ipv4_addr
        size 65536
        flags dynamic,timeout
        counter
        timeout 1m
      }

      set aging {
        type ipv4_addr
        timeout 1h
        elements = { 10.0.0.0 timeout 10h }
      }

      chain target {
        comment "a chain"
        update @accounting { 0x00000007 . ip saddr }
        log prefix "DPI0|np/default/web" group 1 snaplen 64
        limit rate 10/second burst 20 packets log prefix "calico-packet: " level notice
        tcp dport { 80, 81 } accept
        udp dport != 10-20 drop
        meta mark set meta mark & 0xfffdffff | 0x00010000
      }

      chain other {
        fib daddr type local goto target
        meta l4proto tcp reject with tcp reset
        reject with icmpx admin-prohibited
      }

      chain forward {
        comment "a base chain"
        type filter hook forward priority filter; policy accept;
        ct state vmap { invalid : drop, established : accept } comment "a rule"
        iifname vmap @dispatch
        iifname "cali*" counter name "denied" drop
        ip saddr . meta l4proto . th dport vmap @boxes
        ip saddr != @plain jump other
        ip saddr @nets counter return
        ip6 daddr @six accept
      }

      chain input {
        type filter hook input priority filter + 10; policy drop;
        ct status dnat accept
        meta l4proto tcp ct original proto-dst 80 continue
        ct mark set meta mark
        meta mark != 0x00000005-0x00000100 counter
      }

      chain raw {
        type filter hook prerouting priority raw; policy accept;
        udp dport 53 notrack
      }

      chain nat {
        type nat hook postrouting priority srcnat; policy accept;
        masquerade fully-random comment "masq"
        ip saddr 10.1.2.3 snat ip to 192.0.2.9
      }
    }

    """
}
