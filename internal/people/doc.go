// Package people finds out whether somebody is known already: it searches a face
// among the faces of everybody who was verified (1:N).
//
// It promises an exact search: what face.Compare finds among all the templates one
// by one, it finds, and nothing else. Its speed is that of reading memory
// (docs/evaluation/face-search.md). A face leaves it at once when its owner is
// erased or does not agree to biometrics any more.
//
// Templates are biometric data. They lie here in clear, in memory alone, as long
// as the process runs; the store has them sealed under each applicant's own key.
// What follows from a likeness is not decided here: twins look alike, and the more
// people there are the more strangers do.
package people
