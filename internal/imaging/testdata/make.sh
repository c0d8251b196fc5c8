#!/bin/sh
# Makes the fixtures here from pictures that fixture_test.go draws: cwebp 1.2.4, heif-enc 1.15.1 (x265), ImageMagick 6 (Debian 12).
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
BONAFIDE_FIXTURES=$tmp go test -count=1 -run TestWriteFixtureSources ..
heif-enc -q 80 -o plain.heic "$tmp/scene.png"
heif-enc -q 80 -o exif6_no_irot.heic "$tmp/o6.jpg"
heif-enc -q 80 -p chroma=444 -o chroma444.heic "$tmp/scene.png"
heif-enc -q 80 --full_range_flag 0 --matrix_coefficients 1 -o bt709limited.heic "$tmp/scene.png"
heif-enc -q 80 -o small.heic "$tmp/small.png"
convert "$tmp/scene.png" -grayscale Rec601Luma "$tmp/grey.png" && heif-enc -q 80 -o grey.heic "$tmp/grey.png"
convert "$tmp/scene.png" -depth 16 -define png:bit-depth=16 PNG48:"$tmp/deep.png" && heif-enc -q 80 -b 10 -o deep.heic "$tmp/deep.png"
cwebp -quiet -q 85 -metadata exif "$tmp/o6.jpg" -o lossy_exif6.webp
cwebp -quiet -lossless "$tmp/scene.png" -o lossless.webp
convert "$tmp/scene.png" -alpha set -channel A -evaluate set 50% "$tmp/alpha.png" && cwebp -quiet -q 85 "$tmp/alpha.png" -o alpha.webp
convert "$tmp/scene.png" -colorspace CMYK -quality 92 cmyk.jpg
convert "$tmp/scene.png" -interlace JPEG -quality 92 progressive.jpg
convert "$tmp/scene.png" -define heic:speed=9 still.avif 2>/dev/null || heif-enc -A -o still.avif "$tmp/scene.png"
rm -r "$tmp"
