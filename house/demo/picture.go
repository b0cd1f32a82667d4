package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"strconv"

	"chancery/kit/errs"
)

// makePicture draws a PNG from "kind", "width", "height" and, for a chart,
// "values": a street scene (the default), a survey photograph with the grain
// of a large sensor, which no compressor shrinks, or a bar chart.
func makePicture(text string, rng *rand.Rand) ([]byte, error) {
	set := fields{}
	for _, pair := range pairs(text) {
		set[pair[0]] = []string{pair[1]}
	}
	wide, err1 := strconv.Atoi(set.get("width", "640"))
	high, err2 := strconv.Atoi(set.get("height", "420"))
	if err1 != nil || err2 != nil || wide < 16 || high < 16 || wide*high > 1<<24 {
		return nil, errs.E(errs.Invalid, "%q is no size of a picture", text)
	}
	img := image.NewRGBA(image.Rect(0, 0, wide, high))
	level := png.DefaultCompression
	switch set.get("kind", "street") {
	case "street":
		drawStreet(img, rng)
	case "survey":
		drawSurvey(img, rng)
		level = png.BestSpeed
	case "chart":
		if err := drawChart(img, list(set.get("values", ""), ",")); err != nil {
			return nil, err
		}
	default:
		return nil, errs.E(errs.Invalid, "%q is no kind of picture", text)
	}
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: level}).Encode(&b, img)
	return b.Bytes(), errs.Wrap(errs.Internal, err, "png")
}

// drawStreet paints a sky, a row of houses and a road that runs to the
// horizon, with a patch of fresh asphalt on it.
func drawStreet(img *image.RGBA, rng *rand.Rand) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	horizon := h * 2 / 5
	patch := image.Rect(w*2/5, h*7/10, w*2/5+w/6+rng.IntN(w/8), h*7/10+h/10)
	roofs := make([]int, w/32+1)
	for i := range roofs {
		roofs[i] = horizon - 10 - rng.IntN(h/5)
	}
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(150 + 60*y/h), uint8(185 + 40*y/h), 225, 255}
			half := (y - horizon) * w / (2 * h)
			switch {
			case y < horizon && y > roofs[x/32]:
				shade := uint8(110 + 37*(x/32)%90)
				c = color.RGBA{shade, shade - 12, shade - 24, 255}
				if (x/8)%2 == 0 && (y/10)%2 == 0 {
					c = color.RGBA{70, 84, 98, 255}
				}
			case y >= horizon && (x < w/2-half || x > w/2+half):
				c = color.RGBA{96, uint8(128 + (x^y)%16), 84, 255}
			case y >= horizon:
				grey := uint8(104 + rng.IntN(10))
				c = color.RGBA{grey, grey, grey + 2, 255}
				if image.Pt(x, y).In(patch) {
					c = color.RGBA{48, 48, 52, 255}
				} else if d := x - w/2; d*d < half*half/900 && (y/14)%2 == 0 {
					c = color.RGBA{235, 225, 190, 255}
				}
			}
			img.SetRGBA(x, y, c)
		}
	}
}

// drawSurvey paints fields seen from the air under heavy sensor grain.
func drawSurvey(img *image.RGBA, rng *rand.Rand) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for y := range h {
		for x := range w {
			hill := math.Sin(float64(x)/210) + math.Cos(float64(y)/170) + math.Sin(float64(x+2*y)/90)/2
			field := float64((x/240*7+y/180*5)%6) * 9
			grain := rng.Uint32()
			i := img.PixOffset(x, y)
			base := 88 + 14*hill + field
			img.Pix[i] = uint8(base + float64(grain&63))
			img.Pix[i+1] = uint8(base + 18 + float64(grain>>6&63))
			img.Pix[i+2] = uint8(base - 16 + float64(grain>>12&63))
			img.Pix[i+3] = 255
		}
	}
}

// drawChart paints one bar for each value over a grid.
func drawChart(img *image.RGBA, values []string) error {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	var numbers []float64
	top := 1.0
	for _, v := range values {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || n < 0 {
			return errs.E(errs.Invalid, "%q is no value of a chart", v)
		}
		numbers = append(numbers, n)
		top = max(top, n)
	}
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			if y%(h/6) == h/6-1 {
				c = color.RGBA{222, 226, 230, 255}
			}
			if len(numbers) > 0 {
				slot := w / len(numbers)
				i := min(x/max(slot, 1), len(numbers)-1)
				if in := x - i*slot; in > slot/5 && in < slot*4/5 && float64(h-y) < numbers[i]/top*float64(h)*0.9 {
					c = color.RGBA{29, uint8(79 + 12*(i%5)), 110, 255}
				}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return nil
}
