// Package chancery holds nothing but the house test: it parses every Go file
// of the tree and fails when a rule of doc/house.md is broken.
package chancery

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// floors gives every top folder its number. A folder imports only folders
// with a smaller one; rooms share 30, so that no room imports another.
var floors = map[string]int{
	"cmd": 60, "house": 50, "doors": 40,
	"admin": 36, "backup": 35, "gap": 34,
	"mail": 30, "contacts": 30, "drive": 30, "calendar": 30, "coedit": 30, "chat": 30,
	"meet": 30, "paper": 30, "citizen": 30, "bulletin": 30, "site": 30, "desk": 30,
	"notice": 27, "search": 26, "approval": 25, "sign": 24, "identity": 23,
	"directory": 22, "audit": 21, "policy": 20,
	"jobs": 12, "event": 11, "store": 10, "wire": 1, "kit": 0,
	"web": 0, // only the embedded client files
}

const (
	maxFileLines     = 600
	maxFuncLines     = 80
	module           = "chancery/"
	junkNames        = "util utils common helper helpers manager misc base shared lib"
	forbiddenSQLText = `(?i)\bnow\(\)|\bILIKE\b|->>|@>|\?\||= *ANY *\(|SKIP +LOCKED|ADD +COLUMN +IF +NOT +EXISTS|ALTER +COLUMN +\w+ +TYPE|GENERATED .* AS IDENTITY|\bgreatest\(|\blower\(`
)

var (
	sqlStatement = regexp.MustCompile(`^\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX|UNIQUE)|ALTER\s+TABLE|WITH\s+\w+\s+AS\s*\()`)
	forbiddenSQL = regexp.MustCompile(forbiddenSQLText)
	nakedTODO    = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b(?:[^(]|$)`)
)

// goFile is one parsed source file with its place in the tree.
type goFile struct {
	path string // slash-separated, from the root
	dir  string
	top  string // first path element
	test bool
	fset *token.FileSet
	ast  *ast.File
}

// parseTree reads every Go file below the root, generated and vendored ones apart.
func parseTree(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && p != "." && (name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		slash := filepath.ToSlash(p)
		if !ast.IsGenerated(f) {
			files = append(files, goFile{slash, path.Dir(slash), strings.SplitN(slash, "/", 2)[0], strings.HasSuffix(name, "_test.go"), fset, f})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestFloors checks import direction and that only a room itself (and house)
// imports the room's private sub-packages.
func TestFloors(t *testing.T) {
	for _, f := range parseTree(t) {
		if f.dir == "." {
			continue
		}
		own, known := floors[f.top]
		if !known {
			t.Errorf("%s: top folder %q has no floor", f.path, f.top)
			continue
		}
		for _, imp := range f.ast.Imports {
			target, _ := strconv.Unquote(imp.Path.Value)
			if !strings.HasPrefix(target, module) {
				continue
			}
			target = strings.TrimPrefix(target, module)
			top, sub, _ := strings.Cut(target, "/")
			if top == f.top {
				continue
			}
			if floors[top] >= own {
				t.Errorf("%s imports %s: floor %d may not import floor %d", f.path, target, own, floors[top])
			}
			if sub != "" && private(top) && f.top != "house" {
				t.Errorf("%s imports %s: only the front package of a room is public", f.path, target)
			}
		}
	}
}

// private says whether the sub-packages of a top folder belong to it alone.
func private(top string) bool {
	n := floors[top]
	return n >= 10 && n <= 36
}

// TestPackages checks that every package has exactly one package comment and no junk name.
func TestPackages(t *testing.T) {
	docs := map[string]int{}
	for _, f := range parseTree(t) {
		name := f.ast.Name.Name
		for _, junk := range strings.Fields(junkNames) {
			if name == junk {
				t.Errorf("%s: package name %q says nothing", f.path, name)
			}
		}
		if f.test && f.dir != "." {
			continue
		}
		if _, seen := docs[f.dir]; !seen {
			docs[f.dir] = 0
		}
		if f.ast.Doc != nil {
			docs[f.dir]++
		}
	}
	for dir, n := range docs {
		if n != 1 {
			t.Errorf("%s: %d package comments, want 1", dir, n)
		}
	}
}

// TestSizes checks file and function length.
func TestSizes(t *testing.T) {
	for _, f := range parseTree(t) {
		if n := f.fset.File(f.ast.Pos()).LineCount(); n > maxFileLines {
			t.Errorf("%s: %d lines, at most %d", f.path, n, maxFileLines)
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1; n > maxFuncLines {
				t.Errorf("%s: func %s has %d lines, at most %d", f.path, fn.Name.Name, n, maxFuncLines)
			}
		}
	}
}

// TestSQL checks that SQL stands in store files only and uses no form on
// which the two engines differ. Files named *_sqlite.go and *_postgres.go
// hold the few places where an engine has its own text.
func TestSQL(t *testing.T) {
	for _, f := range parseTree(t) {
		base := path.Base(f.path)
		if f.test || f.dir == "." {
			continue
		}
		storeFile := strings.HasPrefix(base, "store") || f.top == "store"
		ownTongue := strings.HasSuffix(base, "_sqlite.go") || strings.HasSuffix(base, "_postgres.go")
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil || !sqlStatement.MatchString(strings.ReplaceAll(text, "\n", " ")) {
				return true
			}
			pos := f.fset.Position(lit.Pos())
			if !storeFile {
				t.Errorf("%s: SQL outside a store file", pos)
			}
			if m := forbiddenSQL.FindString(text); m != "" && !ownTongue {
				t.Errorf("%s: %q differs between the engines", pos, m)
			}
			return true
		})
	}
	checkSchemas(t)
}

// checkSchemas holds the migrations to the same rules as the queries.
func checkSchemas(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".sql") || strings.Contains(p, "node_modules") {
			return err
		}
		text := readFile(t, p)
		ownTongue := strings.Contains(p, "sqlite") || strings.Contains(p, "postgres")
		if m := forbiddenSQL.FindString(text); m != "" && !ownTongue {
			t.Errorf("%s: %q differs between the engines", p, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTODOs checks that every TODO names an issue or a person: TODO(name).
func TestTODOs(t *testing.T) {
	for _, f := range parseTree(t) {
		if f.dir == "." {
			continue
		}
		for _, group := range f.ast.Comments {
			if nakedTODO.MatchString(group.Text()) {
				t.Errorf("%s: TODO without a name", f.fset.Position(group.Pos()))
			}
		}
	}
}
