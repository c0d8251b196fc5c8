// Package eval measures how well the measuring packages do on labelled data and writes it down.
//
// It promises reports that can be made again (same data, same models, same seed, same numbers but for the timings), rates with
// their intervals, and a list of what the data cannot show. It does not judge: a recommended threshold in a report is advice to
// whoever writes a policy, and no code reads it back. The data stay outside the project.
package eval
