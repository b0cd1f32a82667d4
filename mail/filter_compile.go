package mail

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/wire/jmapmail"
	"chancery/wire/sieve"
)

// Bounds of one rule.
const (
	maxRuleParts = 50   // conditions, and actions
	maxRuleValue = 1000 // bytes of a value or name
)

// rulesHead is what every script of rules begins with. All that rules can
// need is required, so that scripts differ only where rules do.
const rulesHead = `# Made from the rules; changed with them.
require ["fileinto", "mailboxid", "imap4flags", "copy", "body", "comparator-i;unicode-casemap", "vnd.chancery.attachment"];
`

// CompileRules writes rules as a Sieve script. The error is [BadRule].
func CompileRules(rules []jmapmail.Rule) (string, error) {
	var b strings.Builder
	b.WriteString(rulesHead)
	seen := map[string]bool{}
	for i, r := range rules {
		bad := func(format string, args ...any) error { return &BadRule{i, fmt.Sprintf(format, args...)} }
		switch {
		case r.ID == "" || len(r.ID) > 64 || seen[r.ID]:
			return "", bad("Each rule needs an id of its own.")
		case strings.TrimSpace(r.Name) == "" || len(r.Name) > maxRuleValue || hasControl(r.Name):
			return "", bad("A rule needs a name of one line.")
		case r.Match != "all" && r.Match != "any":
			return "", bad(`match is "all" or "any", not %q.`, r.Match)
		case len(r.Conditions) == 0 || len(r.Actions) == 0:
			return "", bad("A rule needs a condition and an action.")
		case len(r.Conditions) > maxRuleParts || len(r.Actions) > maxRuleParts:
			return "", bad("A rule can have %d conditions and as many actions.", maxRuleParts)
		}
		seen[r.ID] = true
		test, err := compileTest(r)
		if err != nil {
			return "", bad("%s", err)
		}
		acts, err := compileActions(r.Actions)
		if err != nil {
			return "", bad("%s", err)
		}
		if r.IsEnabled {
			fmt.Fprintf(&b, "\n# %s\nif %s {\n%s}\n", r.Name, test, acts)
		}
	}
	return b.String(), nil
}

func hasControl(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 })
}

// quoteSieve writes a quoted string (RFC 5228 section 2.4.2).
func quoteSieve(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func compileTest(r jmapmail.Rule) (string, error) {
	tests := make([]string, len(r.Conditions))
	for i, c := range r.Conditions {
		t, err := compileCondition(c)
		if err != nil {
			return "", err
		}
		tests[i] = t
	}
	if len(tests) == 1 {
		return tests[0], nil
	}
	name := "allof"
	if r.Match == "any" {
		name = "anyof"
	}
	return name + "(" + strings.Join(tests, ",\n      ") + ")", nil
}

// fieldTests are the fields that are compared as text, with what reads them:
// addresses are compared as a person sees them, name and address together,
// except where one must be equal.
var fieldTests = map[string]string{
	"from": `["from"]`, "to": `["to"]`, "cc": `["cc"]`, "toOrCc": `["to", "cc"]`, "subject": `["subject"]`,
	"list": `["list-id", "list-post"]`,
}

func compileCondition(c jmapmail.RuleCondition) (string, error) {
	if len(c.Value) > maxRuleValue || !utf8.ValidString(c.Value) || strings.ContainsAny(c.Value, "\x00\r\n") {
		return "", fmt.Errorf("A value has one line of at most %d bytes.", maxRuleValue)
	}
	positive, negated := strings.CutPrefix(c.Op, "not")
	if negated {
		positive = strings.ToLower(positive[:min(1, len(positive))]) + positive[min(1, len(positive)):]
	}
	if c.Op == "isNot" {
		positive, negated = "is", true
	}
	test, err := compilePositive(c, positive)
	if err == nil && negated {
		test = "not " + test
	}
	return test, err
}

func compilePositive(c jmapmail.RuleCondition, op string) (string, error) {
	unknown := fmt.Errorf("%s cannot be asked with %q.", c.Field, c.Op)
	switch c.Field {
	case "size":
		n, err := strconv.ParseInt(c.Value, 10, 64)
		if err != nil || n < 0 {
			return "", fmt.Errorf("The size is a number of bytes, not %q.", c.Value)
		}
		if op != "over" && op != "under" {
			return "", unknown
		}
		return fmt.Sprintf("size :%s %d", op, n), nil
	case "attachment":
		if op != "exists" {
			return "", unknown
		}
		return "hasattachment", nil
	}
	fields := fieldTests[c.Field]
	if c.Field == "header" {
		if c.Header == "" || len(c.Header) > 100 || strings.ContainsFunc(c.Header, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' }) {
			return "", fmt.Errorf("%q cannot be the name of a header field.", c.Header)
		}
		fields = "[" + quoteSieve(c.Header) + "]"
	}
	switch {
	case op == "exists" && (c.Field == "list" || c.Field == "header"):
		if c.Field == "list" {
			fields = `["list-id"]`
		}
		return "exists " + fields, nil
	case fields == "" && c.Field != "body":
		return "", fmt.Errorf("Rules do not know the field %q.", c.Field)
	case c.Value == "":
		return "", fmt.Errorf("A condition needs a text to compare with.")
	}
	match, value, err := compileMatch(op, c.Value)
	switch {
	case err != nil:
		return "", unknown
	case c.Field == "body":
		if op != "contains" {
			return "", unknown
		}
		return `body :text :contains :comparator "i;unicode-casemap" ` + value, nil
	case op == "is" && slices.Contains([]string{"from", "to", "cc", "toOrCc"}, c.Field):
		return "address :all :is " + fields + " " + value, nil
	case (op == "endsWith" || op == "startsWith") && slices.Contains([]string{"from", "to", "cc", "toOrCc"}, c.Field):
		return "address :all :matches " + fields + " " + value, nil
	}
	return "header " + match + ` :comparator "i;unicode-casemap" ` + fields + " " + value, nil
}

// compileMatch returns the match type and the key.
func compileMatch(op, value string) (match, key string, err error) {
	wild := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(value)
	switch op {
	case "contains", "is":
		return ":" + op, quoteSieve(value), nil
	case "startsWith":
		return ":matches", quoteSieve(wild + "*"), nil
	case "endsWith":
		return ":matches", quoteSieve("*" + wild), nil
	}
	return "", "", fmt.Errorf("unknown operator")
}

// compileActions writes actions; flags come first, so that they are on the
// letter wherever it is filed.
func compileActions(list []jmapmail.RuleAction) (string, error) {
	var flags, rest, last strings.Builder
	for _, a := range list {
		switch a.Type {
		case "markSeen":
			flags.WriteString("    addflag \"\\\\Seen\";\n")
		case "flag":
			flags.WriteString("    addflag \"\\\\Flagged\";\n")
		case "addKeyword":
			if !ValidKeyword(a.Value) {
				return "", fmt.Errorf("%q cannot be a label.", a.Value)
			}
			fmt.Fprintf(&flags, "    addflag %s;\n", quoteSieve(a.Value))
		case "fileInto":
			if _, ok := id.Parse(mailboxPrefix, a.Value); !ok {
				return "", fmt.Errorf("%q is no folder.", a.Value)
			}
			// A folder that is gone by then leaves the letter in the inbox.
			fmt.Fprintf(&rest, "    fileinto :mailboxid %s \"INBOX\";\n", quoteSieve(a.Value))
		case "forwardTo":
			if _, err := directory.NormalAddress(a.Value); err != nil || !sieve.IsAddress(a.Value) || strings.ContainsAny(a.Value, " <>,\"\r\n") {
				return "", fmt.Errorf("%q is not a mail address.", a.Value)
			}
			fmt.Fprintf(&rest, "    redirect :copy %s;\n", quoteSieve(a.Value))
		case "discard":
			rest.WriteString("    discard;\n")
		case "stop":
			last.WriteString("    stop;\n")
		default:
			return "", fmt.Errorf("Rules do not know the action %q.", a.Type)
		}
	}
	return flags.String() + rest.String() + last.String(), nil
}
