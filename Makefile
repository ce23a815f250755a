# SPDX-License-Identifier: GPL-2.0-or-later
#
# make            build everything into $(BUILD)
# make demo       the main job: simulated callers ring a hotline
# make check      every test; ends with "N passed, N failed"
# make bench      the figures, also as $(BUILD)/bench/*.json
# make bench-dsp  the signal path beside spandsp and speexdsp
# make soak       the long forms of the tests
# make help       the other targets
#
# demo and check install what they need (the list PACKAGES, Debian 12), so a
# fresh machine needs only make and git.  SAN=address or SAN=thread builds a
# second tree with that sanitizer; V=1 shows commands.

PACKAGES := build-essential clang clang-format libclang-rt-14-dev pkg-config \
	liburing-dev libyaml-dev libsqlite3-dev libsndfile1-dev libjansson-dev \
	libsystemd-dev libpri-dev libspandsp-dev libtiff-dev libseccomp-dev \
	libcriterion-dev libspeexdsp-dev asterisk-core-sounds-en-wav asterisk-moh-opsound-wav \
	espeak-ng tshark sox sqlite3 python3 python3-jsonschema python3-yaml

SAN     ?=
BUILD   ?= build$(if $(SAN),/$(SAN))
CC      := $(if $(filter fuzz,$(SAN)),clang,gcc)
V       ?= 0

# run NAME,COMMAND: show the command (V=1), or what it makes.
run = $(if $(filter 1,$(V)),$(2),@echo "  $(1)  $@"; $(2))

WARN    := -Wall -Wextra -Wno-unused-parameter -Wmissing-prototypes \
	   -Wstrict-prototypes -Wvla -Werror
CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. $(WARN) $(CFLAGS) -pthread -MMD -MP \
	   $(SAN_FLAGS_$(SAN)) $(FLAGS_$(firstword $(subst /, ,$(<D)))_$(notdir $(<D)))
SAN_FLAGS_address := -fsanitize=address,undefined -fno-sanitize-recover=all \
	   -fno-omit-frame-pointer
SAN_FLAGS_fuzz    := -fsanitize=fuzzer-no-link,address,undefined -O1 \
	   -fno-sanitize-recover=all -Wno-error -w
SAN_FLAGS_thread  := -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan

# Signal processing: the loops are written to be vectorised.
FLAGS_lib_dsp := -O3 -fno-math-errno -fno-trapping-math
# The far end too; without contraction its sums are the same on any processor.
FLAGS_tools_exchange := -O3 -fno-math-errno -fno-trapping-math -ffp-contract=off

LIB_SRC      := $(wildcard lib/*/*.c)
DAEMON_SRC   := $(filter-out daemon/edge/isdn/%,$(wildcard daemon/*/*.c daemon/*/*/*.c))
ISDN_SRC     := $(wildcard daemon/edge/isdn/*.c)
CLI_SRC      := $(wildcard tools/ringdown/*.c)
EXCHANGE_SRC := $(wildcard tools/exchange/*.c) kernel/prbs_core.c
UNIT_SRC     := $(wildcard tests/unit/test_*.c)
BENCH_SRC    := $(wildcard tests/bench/bench_*.c)
FUZZ_SRC     := $(wildcard tests/fuzz/fuzz_*.c)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

LIBRD     := $(BUILD)/libringdown.a
LIBDAEMON := $(BUILD)/libringdownd.a
PROGRAMS  := $(BUILD)/ringdownd $(BUILD)/ringdown-isdn $(BUILD)/ringdown \
	     $(BUILD)/ringdown-exchange
UNITS     := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
BENCHES   := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH_SRC))
FUZZERS   := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(FUZZ_SRC))

LIBS_lib    := -lyaml -lm
LIBS_daemon := -luring -lsystemd -lsqlite3 -lsndfile -ljansson $(LIBS_lib)
# libpri asks gettimeofday(); it gets the line clock. Only the static library can
# be wrapped.
LIBS_pri    := -Wl,--wrap=gettimeofday -l:libpri.a
LIBS_isdn   := -Wl,--wrap=time $(LIBS_pri) -lseccomp $(LIBS_lib)
LIBS_cli    := -ljansson -lsqlite3 $(LIBS_lib)
# The exchange taps libpri between its layers, to inject faults.
LIBS_exchange := $(LIBS_pri) -Wl,--wrap=q921_start \
	-Wl,--wrap=q921_transmit_iframe -Wl,--wrap=q931_receive \
	-lspandsp -lsndfile -ljansson $(LIBS_lib)
# SpanDSP is the second implementation of the signal processing tests.
LIBS_bench_dsp := -lspandsp -lspeexdsp
# its centre is that of the unit tests
LIBS_bench_simulate := -lcriterion
$(foreach t,g711 dtmf tone echo,$(eval LIBS_test_dsp_$(t) := -lspandsp))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all lib daemon unit fuzzers bench-dsp clean deps help
.DEFAULT_GOAL := all

all: $(PROGRAMS)
lib: $(LIBRD)
daemon: $(LIBDAEMON)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(ALL_CFLAGS) -c $< -o $@)

$(LIBRD): $(call obj,$(LIB_SRC))
	@rm -f $@; ar rcs $@ $^
$(LIBDAEMON): $(call obj,$(filter-out daemon/main.c,$(DAEMON_SRC)))
	@rm -f $@; ar rcs $@ $^

$(BUILD)/ringdownd: $(call obj,$(wildcard daemon/main.c)) $(LIBDAEMON) $(LIBRD)
	$(call run,LD,$(CC) $(ALL_CFLAGS) $^ -o $@ $(LIBS_daemon))
$(BUILD)/ringdown-isdn: $(call obj,$(ISDN_SRC) daemon/core/msg.c) $(LIBRD)
	$(call run,LD,$(CC) $(ALL_CFLAGS) $^ -o $@ $(LIBS_isdn))
$(BUILD)/ringdown: $(call obj,$(CLI_SRC)) $(LIBDAEMON) $(LIBRD)
	$(call run,LD,$(CC) $(ALL_CFLAGS) $^ -o $@ $(LIBS_daemon))
$(BUILD)/ringdown-exchange: $(call obj,$(EXCHANGE_SRC)) $(LIBRD)
	$(call run,LD,$(CC) $(ALL_CFLAGS) $^ -o $@ $(LIBS_exchange))

.PRECIOUS: $(BUILD)/obj/%.o

# Unit tests: one Criterion program a file, named for its subject. A test of a
# program's own files names them:  SRC_test_isdn := daemon/edge/isdn/foo.c
# The exchange's tests link all of it but its main().
$(foreach t,$(filter test_exchange_%,$(basename $(notdir $(UNIT_SRC)))), \
	$(eval SRC_$(t) := $(filter-out %/main.c,$(EXCHANGE_SRC))) \
	$(eval LIBS_$(t) := $(LIBS_exchange)))
# The tests of the edge run the program; some link parts of it, too.
$(addprefix $(BUILD)/unit/,$(filter test_isdn_%,$(basename $(notdir $(UNIT_SRC))))): \
	| $(BUILD)/ringdown-isdn
# The operator's command is tested as a program.
$(BUILD)/unit/test_cli $(BUILD)/unit/test_simulate_why: | $(BUILD)/ringdown
SRC_fuzz_journal := tools/ringdown/event.c
SRC_fuzz_edge := $(filter-out %/main.c %/out.c %/sandbox.c,$(ISDN_SRC))
# its world plays the services of daemon/call
LIBS_fuzz_ivr := -Wl,--allow-multiple-definition
LIBS_fuzz_edge := -Wl,--wrap=time $(LIBS_pri)
SRC_test_edge_screen := daemon/edge/isdn/screen.c daemon/edge/isdn/channel.c
$(BUILD)/unit/test_exchange_program: | $(BUILD)/ringdown-exchange
.SECONDEXPANSION:
$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $$(call obj,$$(SRC_$$*)) $(LIBDAEMON) $(LIBRD)
	@mkdir -p $(@D)
	$(call run,LD,$(CC) $(ALL_CFLAGS) $(filter %.o,$^) $(LIBDAEMON) \
		$(LIBRD) -o $@ -lcriterion $(LIBS_daemon) $(LIBS_$*))
unit: $(UNITS)
LIBS_test_line_hdlc := -lspandsp

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(LIBDAEMON) $(LIBRD)
	@mkdir -p $(@D)
	$(call run,LD,$(CC) $(ALL_CFLAGS) $(filter %.o,$^) $(LIBDAEMON) \
		$(LIBRD) -o $@ $(LIBS_daemon) $(LIBS_$*))

# Fuzzers: a tree of its own, make SAN=fuzz fuzzers, compiled by clang.
$(BUILD)/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $$(call obj,$$(SRC_fuzz_$$*)) \
		$(LIBDAEMON) $(LIBRD)
	$(call run,LD,$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(filter %.o,$^) \
		$(LIBDAEMON) $(LIBRD) -o $@ $(LIBS_daemon) $(LIBS_fuzz_$*))
fuzzers: $(FUZZERS)

bench-dsp: deps $(BUILD)/bench/bench_channels $(BUILD)/bench/bench_dsp
	$(BUILD)/bench/bench_channels
	$(BUILD)/bench/bench_dsp

deps:
	@.ci/deps $(PACKAGES)

clean:
	rm -rf build

help:
	@sed -n 's/^# make /make /p' Makefile

-include Makefile.kernel
-include Makefile.tests
-include $(shell [ -d $(BUILD)/obj ] && find $(BUILD)/obj -name '*.d')
