package charset

import "fmt"

// Codepage names a Windows code page as Decode knows it; "" where it does not.
func Codepage(n uint32) string {
	switch n {
	case 932:
		return "shift_jis"
	case 936:
		return "gbk"
	case 949:
		return "euc-kr"
	case 950:
		return "big5"
	case 54936:
		return "gb18030"
	case 65001:
		return "utf-8"
	}
	if n >= 1250 && n <= 1258 || n == 874 {
		return fmt.Sprintf("windows-%d", n)
	}
	return ""
}
