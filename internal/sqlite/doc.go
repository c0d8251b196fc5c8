// Package sqlite is kyc.Store on SQLite: one file, one process.
//
// It promises what the interfaces in kyc and the suite in storetest say; that a
// write is on the disk when Write returns (synchronous=FULL); that writers
// never meet SQLITE_BUSY, for there is one writing connection and all writers,
// the job queue among them, take turns on it; that readers see one snapshot and
// never wait for writers; and that two processes never share a data folder.
// Times are kept to the microsecond and come back in UTC.
//
// A [kyc.Error] of kind Conflict or NotFound from a method leaves the
// transaction usable, but for a reference to something that does not exist
// (an unknown applicant or case), which is NotFound too.
//
// # What erasing leaves
//
// DeleteDataKey overwrites the key and the sealed columns with zeros
// (secure_delete) and, after the commit, empties the write-ahead log, where
// they also stand. Should a reader hold the log open for seconds, it is emptied
// after a later write, or when the store is closed. What remains is plain: ids,
// states, policy, times, sizes, blob keys, the audit log. What remains outside
// of our reach: copies the file system, the disk (wear levelling) or a backup
// made of the wrapped key, which need the master key file to be of use; a
// backup kept together with the key file undoes an erasure.
//
// # Migrations
//
// Migrations are SQL files, embedded, forward only. A database that a newer
// program migrated is refused.
package sqlite
