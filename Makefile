# conv1d: one-dimensional convolutional networks inside PostgreSQL
#
#   make               build for the server of $(PG_CONFIG)
#   make install       put it there (as whoever owns that server's files)
#   make installcheck  its SQL tests, against that running server
#
#   make demo          find the odd heartbeats of a real ECG in a throw-away server
#   make test          every test there is, in a throw-away server
#   make check-tap     of these, the tests in Perl
#   make check-unit    of these, the core under sanitizers; needs no server
#   make check-layers  of these, the house rules; needs no compiler
#   make check-arm     the core as arm64 gets it, in an emulator; minutes, and not part of test
#
#   make bench         measure against torch and ONNX Runtime: build/bench/performance.md
#   make bench-quick   of this, the three targets that tell most, in a minute
#   make bench-docs    make docs/performance.md of the last whole measurement
#
#   make clean
#
# demo and test install with apt what they need and do not find; KEEP=1 leaves
# their server running.  PG_CONFIG=/path/to/pg_config chooses the server,
# WERROR=1 makes warnings errors, O=directory puts the objects elsewhere,
# OPENMP=no builds without threads.

EXTENSION = conv1d
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" conv1d.control)
MODULE_big = conv1d
PG_CONFIG ?= pg_config
O = build/server

# Sorted, because a wildcard comes in the order of the disk, and the same
# sources shall give the same bytes everywhere.
CORE = $(sort $(wildcard $(addprefix src/,$(addsuffix /*.c,base kernels layers model formats))))
OBJS = $(patsubst src/%.c,$(O)/%.o,$(CORE) $(sort $(wildcard src/pg/*.c)))

# The installation script, in this order: an object before those that use it.
SQL_PARTS = $(patsubst %,src/pg/%.sql,head \
	tensor tensor_shape tensor_access tensor_cast tensor_json tensor_bytes \
	tensor_arith tensor_compare tensor_measure tensor_agg tensor_stack \
	tensor_place tensor_spark tensor_plot layers pools steps norms activations \
	scaler model model_parts model_plan \
	predict predict_agg predict_query predict_table model_from_query \
	check check_rows mirror module)
DATA_built = $(EXTENSION)--$(EXTVERSION).sql

REGRESS = $(sort $(basename $(notdir $(wildcard sql/*.sql))))
REGRESS_OPTS = --load-extension=$(EXTENSION) --encoding=UTF8 --no-locale --outputdir=build/regress
REGRESS_PREP = build/regress
EXTRA_CLEAN = build

# -isystem: -Wextra is about our code, not about the server's headers.
# No flag names a processor or trades exactness for speed: kernels choose their
# instructions at run time.  Only they may fuse a multiplication and an addition:
# elsewhere the digits of scikit-learn would depend on the processor.
WARNINGS = -Wall -Wextra $(if $(WERROR),-Werror)
SERVER_INCLUDE := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
PG_CPPFLAGS = -Isrc -isystem $(SERVER_INCLUDE) -DCONV1D_VERSION='"$(EXTVERSION)"'
PG_CFLAGS = -std=gnu99 $(WARNINGS) -fvisibility=hidden -fno-math-errno -ffp-contract=off
SHLIB_LINK = -lm $(OPENMP_FLAGS)
KERNEL_CFLAGS = -O3 -ffp-contract=fast

# The server's flags are gcc's; clang shall not complain of those it lacks.
ifneq ($(findstring clang,$(shell $(CC) --version 2>/dev/null)),)
PG_CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument
endif

# Bitcode for the server's JIT would be compiled without the flags above.
override with_llvm := no

all:

# PGXS or the headers are absent on a fresh machine, where demo and test must
# work all the same.  A server's package may bring the one without the other.
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(and $(wildcard $(PGXS)),$(wildcard $(SERVER_INCLUDE)/postgres.h)),)
include $(PGXS)
else
all install installcheck objects:
	@echo "conv1d: $(PG_CONFIG) finds no PostgreSQL to build for; install a server (13 or later) and its development files (Debian: postgresql postgresql-server-dev-all), or set PG_CONFIG" >&2; exit 1
clean:
	rm -rf build $(MODULE_big).so $(DATA_built)
endif

# Threads, where this compiler brings OpenMP 5.0; batches run serially elsewhere.
ifndef OPENMP
OPENMP := $(shell program=$$(mktemp) && \
	echo 'int main(void) { return omp_pause_resource_all(omp_pause_soft); }' | \
	$(CC) -fopenmp -include omp.h -x c -o $$program - 2>/dev/null && echo yes || echo no; rm -f $$program)
endif
OPENMP_FLAGS = $(if $(filter yes,$(OPENMP)),-fopenmp)

$(EXTENSION)--$(EXTVERSION).sql: $(SQL_PARTS) $(EXTENSION).control Makefile
	cat $(SQL_PARTS) > $@

# Objects live under build/, so that a build for tests and one for use never mix.
objects: $(OBJS)

$(O)/%.o: src/%.c $(O)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(ROOM_CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(O)/kernels/%.o: ROOM_CFLAGS = $(KERNEL_CFLAGS)
$(O)/kernels/parallel.o: ROOM_CFLAGS += $(OPENMP_FLAGS)

# Another compiler, flag or server makes the old objects stale.
$(O)/flags: export FLAGS = $(CC) $(CFLAGS) $(KERNEL_CFLAGS) $(OPENMP_FLAGS) $(CPPFLAGS) $(VERSION)
$(O)/flags: .FORCE
	@mkdir -p $(@D)
	@echo "$$FLAGS" | cmp -s - $@ || echo "$$FLAGS" > $@

build/regress:
	@mkdir -p $@

# Unit tests: each test/unit/test_*.c with the whole core, without the server.
# The flags in UNIT_MODE and those of kernels differ where they are run elsewhere.
U = build/unit
UNIT_MODE = -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_CFLAGS = -std=gnu99 $(WARNINGS) -fno-math-errno -ffp-contract=off -Isrc -Itest/unit $(UNIT_MODE)
UNIT_PROGRAMS = $(patsubst test/unit/%.c,$(U)/%,$(sort $(wildcard test/unit/test_*.c)))

unit-programs: $(UNIT_PROGRAMS)

$(UNIT_PROGRAMS): %: %.o $(patsubst src/%.c,$(U)/%.o,$(CORE))
	$(CC) $(UNIT_CFLAGS) -o $@ $^ -lm

$(U)/kernels/%.o: ROOM_CFLAGS = $(UNIT_KERNEL_CFLAGS)
$(U)/kernels/parallel.o $(UNIT_PROGRAMS): UNIT_CFLAGS += $(OPENMP_FLAGS)

$(U)/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(UNIT_CFLAGS) $(ROOM_CFLAGS) -MMD -MP -c -o $@ $<

$(U)/%.o: test/unit/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(UNIT_CFLAGS) -MMD -MP -c -o $@ $<

# The same as the extension is compiled, for the CC of another machine.
plain-unit-programs:
	@$(MAKE) unit-programs UNIT_MODE=-O2 UNIT_KERNEL_CFLAGS='$(KERNEL_CFLAGS)'

# The measuring program: the objects of the extension, without the server.
BENCH_OBJS = $(patsubst test/bench/core/%.c,build/bench/%.o,$(sort $(wildcard test/bench/core/*.c)))

build/bench/core: $(BENCH_OBJS) $(patsubst src/%.c,$(O)/%.o,$(CORE))
	$(CC) $(CFLAGS) -o $@ $^ $(SHLIB_LINK) -lm -pthread

build/bench/%.o: test/bench/core/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(KERNEL_CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(O)/*/*.d $(U)/*.d $(U)/*/*.d build/bench/*.d)

check-unit:
	@test/run.sh unit

check-layers:
	@test/check_layers.sh

check-arm:
	@test/run.sh arm

check-tap:
	@test/run.sh tap

test:
	@test/run.sh

demo:
	@examples/ecg/demo.sh

bench:
	@test/bench/bench.sh

bench-quick:
	@test/bench/bench.sh quick

bench-docs:
	@test/bench/bench.sh docs

.FORCE:
.PHONY: .FORCE all objects unit-programs plain-unit-programs check-unit check-layers check-arm check-tap test demo bench bench-quick bench-docs
