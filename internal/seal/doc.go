// Package seal encrypts evidence and personal fields, each applicant's under a
// data key of their own, so that destroying that key destroys everything sealed
// under it; and it computes keyed fingerprints.
//
// The cryptography is Tink's: AES-256-GCM for sealing and for wrapping keys,
// HMAC-SHA-256 for fingerprints.
//
// # Keys
//
// The master keys lie in one file, which this package creates with permissions
// 0600 and refuses to read when others may. It holds Tink keysets IN CLEAR:
// whoever has the file and the database has everything. Keep it apart from
// backups of the database; losing it loses everything sealed. Keeping the
// master keys in an external key service is left for later. The file has three
// keysets: one wraps the applicants' data keys, one seals what belongs to no
// applicant, one makes fingerprints. They can be rotated ([Rotate]):
// older keys stay in the keyset and go on opening. So can the third: what is
// stored is found under every key, and made anew under the newest by whoever keeps it.
//
// An applicant's wrapped data key is stored by the caller; it is bound to the
// applicant's id and cannot be used for another.
//
// # Format, version 1 (a promise: later versions read it)
//
//	sealed = "BF" ‖ version 0x01 ‖ kind ‖ Tink AEAD ciphertext
//	kind   = 'K' a wrapped data key, 'A' sealed for an applicant, 'S' sealed for the system
//	Tink AEAD ciphertext = 0x01 ‖ key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16)
//	associated data = the four header bytes ‖ field(applicant) ‖ field(purpose) ‖ field(id)
//	field(s) = length of s in bytes (8, big-endian) ‖ s
//	a wrapped key's plaintext is a Tink Keyset, serialised by Protocol Buffers
//	fingerprint = HMAC-SHA-256 over "BFfingerprint1" ‖ field(purpose) ‖ field(value)…
//
// A ciphertext therefore opens only for the applicant, purpose and id it was
// sealed for; any changed byte makes opening fail. Sealing adds [Overhead]
// bytes and hides neither length nor time.
//
// Errors never contain plaintext, keys or ciphertext.
package seal
