// Calico in Swift
// SPDX-License-Identifier: Apache-2.0
//
// What the Glibc module of Swift leaves out: it is built without _GNU_SOURCE, so calls that glibc
// hides behind it are declared here by hand, and kernel headers that it does not include are
// brought in.
#pragma once

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/types.h>

/// Moves the calling thread to another namespace, setns(2).
extern int setns(int fd, int nstype);
/// The calling thread's ID, gettid(2).
extern pid_t gettid(void);
/// Detaches parts of the calling thread's context, unshare(2).
extern int unshare(int flags);
/// Names a thread, at most 15 characters.
extern int pthread_setname_np(pthread_t thread, const char *name);
/// A pipe with flags such as O_CLOEXEC, pipe2(2).
extern int pipe2(int fds[2], int flags);
/// The CPUs that a thread (0: the caller) may run on, as a mask of `size` bytes,
/// sched_setaffinity(2).
extern int sched_setaffinity(pid_t thread, unsigned long size, const unsigned long *mask);
/// posix_spawn(3): the child closes all descriptors from this one on.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
/// posix_spawn(3): the child starts a session of its own.
static const int clinux_POSIX_SPAWN_SETSID = 0x80;

static const int clinux_CLONE_NEWNET = 0x40000000;
