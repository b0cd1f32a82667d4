// Package namekey makes the texts by which people are looked up: a name as it
// is written, in Pinyin and Zhuyin, by the initials of Pinyin, Zhuyin and
// Hangul, and in Vietnamese with or without marks (C27).
//
// A key is made once for a person ([Key]); what somebody types is folded
// ([Fold]) and looked for inside the key, so that any part of a name finds it.
//
// pinyin.txt lists the readings of Han characters, the usual ones first and
// after the empty line the others. It was drawn from pinyin-data by mozillazg
// (MIT licence), which follows the Unihan database of Unicode.
package namekey
