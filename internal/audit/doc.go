// Package audit is the tamper-evident record of what happened to cases: a
// chain in which every record carries the hash of the one before.
//
// It promises, for ever, the two encodings below, so that anyone with read
// access can check the chain with a page of code of their own.
//
// # Hash, version 1
//
//	hash = SHA-256( "bonafide audit 1\n"
//	                ‖ seq       8 bytes, big-endian, from 1
//	                ‖ at        8 bytes, big-endian, microseconds since 1970-01-01 UTC, two's complement
//	                ‖ length    8 bytes, big-endian, of data
//	                ‖ data
//	                ‖ previous 32 bytes, the hash of record seq-1, zero for seq 1 )
//
// # Data, version 1
//
// One JSON object without white space and with the members in this order,
// those in brackets left out when empty: v (1), at (RFC 3339, UTC, with the
// digits of the second that matter), case, event, [from], to, actor, [item],
// [codes]. Strings are escaped as encoding/json does with HTML escaping off.
// The chain itself takes any bytes as data.
//
// # What it shows and what it does not
//
// [Verify] names the first record that was changed, removed, inserted or moved,
// and a chain whose beginning was cut off. A chain cannot show that its newest
// records were cut off, nor that somebody with write access computed all of it
// anew: for that an operator keeps a [Head] outside the database (in a ticket,
// a printout, another system) and gives it to Verify, which then demands that
// the chain still passes through it.
//
// Records hold ids and codes. That no personal data gets into them is the duty
// of whoever makes them.
package audit
