# Calico in Swift. `make help` lists the verbs.
.DEFAULT_GOAL := help
.PHONY: help packages build check test test-long mutants bench demo manifests lint format clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
	  awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

packages: ## Install the Debian packages that are missing (needs root)
	@scripts/packages

build: packages ## Build every program into .build/bin
	@scripts/build debug

check: ## Between edits: lint, build, and the tests that need neither root nor servers
	@scripts/check

test: ## Build and run all tests (needs root: they make network namespaces)
	@scripts/test

test-long: ## The same with more worlds, operations and interrupts (over an hour)
	@scripts/test long

mutants: packages ## Seed defects, one at a time, and show that the tests find each (long)
	@scripts/seeded-defects

demo: ## Prove a three-node cluster with packets (DATASTORE=local|etcdv3|kubernetes, TYPHA=2)
	@scripts/demo "$(DATASTORE)" "$(TYPHA)"

bench: packages ## Measure against named peers and print the ratios
	@scripts/bench

manifests: ## Write Manifests/crds from the declarations of the kinds
	@swift package --allow-writing-to-package-directory generate-manifests

lint: ## Check the format of all sources, the floors of the house, the documents, the seeded defects
	@swift format lint --strict --recursive Sources Tests Package.swift
	@scripts/check-floors
	@scripts/check-docs
	@scripts/seeded-defects --check

format: ## Format all sources
	@swift format format --in-place --recursive Sources Tests Package.swift

clean: ## Remove everything that was built
	@rm -rf .build
