package imaging

// Cost is the most memory, in bytes, that decoding data will hold, the upright picture included, by the header alone. It is 0
// for what [Decode] will refuse or cannot read; DefaultLimits allow up to (8+4)×Pixels.
func Cost(data []byte) int64 {
	hd, err := inspect(data)
	if err != nil {
		return 0
	}
	return int64(float64(hd.w) * float64(hd.h) * (4 + hd.perPixel))
}
