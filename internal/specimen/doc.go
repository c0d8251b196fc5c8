// Package specimen makes people, documents and photographs that exist nowhere, with the truth about each of them, so that Bonafide can be
// tried, tested and measured without a single real face or document in the repository.
//
// It promises: everything follows from seeds and the values passed in (no clock, no environment, no other source of chance); the truth
// returned with a page or a photograph is exact to a pixel, and its machine readable lines are those of package mrz; the same person looks
// like the same person in every picture, in other light, pose, expression and clothes.
//
// It does not promise realism. Faces are shaded head models by parameters, and no one's: they were drawn from bell curves, not from
// pictures. They are more alike than real people are, so error rates of face comparison measured on them say nothing about real people.
// Documents are cartoons of what ICAO Doc 9303 describes, of the state UTO (Utopia), which that document keeps for specimens; they
// imitate no country's, have no security features, and are never to be taken or passed off for real. Bytes are the same for
// the same seed on one processor architecture; across architectures pixels may differ by a grey level (fused multiply-add).
//
// Driving licences (licence.go) have to name the United States or Canada, since the standard of their bar codes knows no other states; their
// jurisdictions, issuer numbers and layouts exist nowhere.
//
// The parts: person.go and look.go draw a person, head.go, hair.go, mesh.go, skin.go and render.go picture the head; page.go
// prints documents; camera.go and film.go photograph them; selfie.go pictures people; set.go writes a demonstration set.
package specimen
