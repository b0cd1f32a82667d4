package policy

import "testing"

func TestLadders(t *testing.T) {
	numbers := map[int]bool{}
	for _, l := range Ladders() {
		if l.Number == 0 || numbers[l.Number] {
			t.Errorf("%s: number %d", l.Code, l.Number)
		}
		numbers[l.Number] = true
		for level, r := range l.Rungs {
			for _, language := range []string{"en", "zh-TW", "zh-CN", "vi", "ko"} {
				if r.Names[language] == "" {
					t.Errorf("%s, %s: no name in %s", l.Code, Level(level), language)
				}
			}
			if level > int(Internal) && r.Mark == "" {
				t.Errorf("%s, %s: no mark", l.Code, Level(level))
			}
		}
		if got, err := LadderOf(l.Code); err != nil || got.Number != l.Number {
			t.Error(l.Code, err)
		}
	}
	if _, err := LadderOf("XX"); err == nil {
		t.Error("a ladder of no country")
	}
}

func TestLevelWords(t *testing.T) {
	for l := Public; l <= TopSecret; l++ {
		if got, err := LevelOf(l.String()); err != nil || got != l {
			t.Errorf("%d: %q, %v", l, l, err)
		}
	}
	if Unlabelled.String() != "" || Level(5).String() != "" {
		t.Error("a word for what has none")
	}
	if _, err := LevelOf(""); err == nil {
		t.Error("no word is a level")
	}
}
