// Package face finds faces in a picture, measures them and turns them into templates that can be compared.
//
// It promises numbers: where the faces are, how they are turned, lit and focused, and how far apart two templates lie, each with
// the name and version of the models that produced it. It holds no threshold that decides anything about a person: what distance
// is near enough, how dark is too dark and how far turned is too far are the policy's to say. The constants in here belong to the
// algorithms (what BlazeFace calls a candidate, how much two boxes overlap before they are one face).
//
// It does not promise to find a face that is covered, cut off or smaller than about 45 pixels, and it says nothing about whether
// a face is alive: see package liveness.
//
// Three networks are used, all through package onnx:
//
//   - BlazeFace "back" (MediaPipe), which gives boxes and six key points (Bazarevsky et al., "BlazeFace", arXiv:1907.05047);
//   - the MediaPipe face mesh, which gives 468 points in three dimensions (Kartynnik et al., arXiv:1907.06724);
//   - dlib's ResNet (dlib_face_recognition_resnet_model_v1), which gives a 128-number embedding whose Euclidean distance is the
//     comparison.
//
// Directions: "left" and "right" in names are the subject's own, as in ISO/IEC 39794-5; coordinates are pixels of the upright
// picture, x to the right and y down, with pixel centres at .5.
package face
