# SPDX-License-Identifier: GPL-2.0-or-later
# The module by itself: parameters, then the tests of the program /test.
is refuses_an_unknown_card not insmod $M cards=e7
is refuses_a_cable_that_does_not_fit not insmod $M cards=e1,t1 cables=0.0-1.0
is refuses_a_cable_to_nowhere not insmod $M cards=e1 cables=0.0-1.0
is loads_without_cards insmod $M cards=none
is unloads rmmod ringdown
is loads_with_a_pair_of_e1 insmod $M
is makes_a_node_a_card test -c /dev/ringdown/card1
is unloads_again rmmod ringdown
is leaves_no_node not test -e /dev/ringdown/card0

CARDS=e1,e1,t1,t1,fxs4,fxo4,quad-e1,e1x4
CABLES=0.0-1.0,2.0-3.0,4.0-5.0,6.0-7.0,6.1-7.1,6.2-7.2,6.3-7.3
# An emulator is slow, and its host is busy: so is the line clock.
is loads_eight_cards insmod $M cards=$CARDS cables=$CABLES speed_permille=400
VM_FUZZ_S=$fuzz_s /test $only
is unloads_after_all rmmod ringdown
is can_be_loaded_once_more insmod $M cards=$CARDS cables=$CABLES
is and_unloaded rmmod ringdown
