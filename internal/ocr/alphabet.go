package ocr

// alphabet is what the recogniser can say, in the order of its classes; class 0 is CTC's blank. The order is the one it was trained in
// (models/latin-reader.charset.txt, which a test compares with this).
var alphabet = buildAlphabet()

func buildAlphabet() []rune {
	out := []rune(" 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,-/'()<>:&+#*°º")
	for c := rune(0xC0); c < 0x100; c++ {
		switch c {
		case 0xD7, 0xF7: // × ÷
		case 0xD0: // Ð has the shape of Đ, which stands for both
		default:
			out = append(out, c)
		}
	}
	absent := map[rune]bool{}
	for _, c := range "ĸŉſĿŀĲĳĈĉĜĝĤĥĴĵŜŝŬŭĔĕĬĭŎŏŢţ" {
		absent[c] = true
	}
	for c := rune(0x100); c < 0x180; c++ {
		if !absent[c] {
			out = append(out, c)
		}
	}
	out = append(out, []rune("ȘșȚțƠơƯưƏəẞ")...)
	for c := rune(0x1EA0); c < 0x1EFA; c++ { // Vietnamese
		out = append(out, c)
	}
	return out
}
