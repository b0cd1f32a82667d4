// Package flow judges letters on their way by the rules of an organisation:
// which wait for review, which are copied to a monitor, kept in a journal,
// refused, marked or warned of (C12, C13, N69, N73, K27).
//
// It is pure: rules and the facts of a letter go in, a [Verdict] comes out.
// There is no database, clock or network in it; who holds letters, asks
// reviewers and writes the record is the mail room.
//
// Owns: the form of a rule ([Rule], [Parse], [Rule.Encode], [Rule.Check]), what
// its conditions mean ([Set.Judge]), and how words are found in texts.
//
// Where words stand in files the files come with their text (wire/filetext), and
// with the word whether there may be more that cannot be read; rules can ask for that.
//
// Does not own: units and addresses of people (they come as facts), numbers of
// persons (wire/personal), the putting of texts into letters (wire/stamp).
//
// Words: upper and lower case, full and half width and compatibility forms are
// the same (NFKC, case folding); what cannot be seen (zero width, soft hyphen,
// marks of direction) is skipped; a run of white space, with the marks of quoted
// lines, is one space. A word in
// letters that are written with spaces is found as a whole word only, with "*"
// at its end as the beginning of one. A word with Chinese or Japanese letters
// is found anywhere, spaces and line ends within it do not matter. Korean words
// too are found anywhere; but with spaces within, only from the start of a word,
// because there a space can part two words. All words of all rules are sought
// in one pass (automaton.go).
//
// Where to start: rule.go (the form), judge.go (what it means).
package flow
