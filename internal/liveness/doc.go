// Package liveness measures a sequence of frames that a device recorded while it asked for movements and showed colours on its
// screen: which movements were made, from when to when and how far; whether one face made them; whether the light on the face
// followed the screen; whether the head turned as a solid does; and whether the frames came from a camera.
//
// It promises numbers by the device's own clock. The order in which frames arrive and frames that arrive twice change nothing:
// time on the network is not time on the face. It holds no threshold that decides about a person; what is far enough, alike enough
// or strange enough is the policy's to say (package verify joins the two). The constants in here are noise floors below which
// nothing is reported at all.
//
// It does not promise to tell every attack. A recording of the right person making the right movements in the right light passes;
// docs/evaluation/liveness.md says what was tried, how often, and what no test here can show.
//
// Directions: left and right are the person's own, in frames that are not mirrored. Whoever turns to their own left moves the nose
// towards the right edge of the picture, and yaw is positive (ISO/IEC 39794-5). Front cameras show a mirrored preview and record
// unmirrored frames; a recorder that mirrors its frames has to mirror them back.
package liveness
