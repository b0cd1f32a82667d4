package pop

// cmdUTF8 is UTF8 (RFC 6856 section 2.1). Letters go as they were taken in
// either way: there is nothing to convert, and programs that do not ask for it
// have had 8-bit headers at all times. It is heard before the sign-in only.
func (x *session) cmdUTF8(rest string) {
	if rest != "" {
		x.no("", "UTF8 takes nothing behind it.")
		return
	}
	x.utf8 = true
	x.ok("UTF-8 it is.")
}
