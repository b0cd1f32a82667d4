package convert

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// settings are written into each profile before LibreOffice starts. A document
// may name pictures, texts and tables that stand elsewhere, in the network or
// in the files of this server; nothing of that is opened, whether or not the
// machine allows a network namespace. Macros do not run.
const settings = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetNoProxy" oor:op="fuse"><value></value></prop></item>
</oor:items>
`

// rtfLinks are the control words of RTF 1.9.1 by which a document names what
// stands elsewhere: instructions of fields (INCLUDETEXT, INCLUDEPICTURE, LINK),
// templates, further files, objects and pictures by name.
var rtfLinks = regexp.MustCompile(`(?i)\\(fldinst|template|nextfile|subdocument|objautlink|objlink|filetbl)|pibname`)

// withoutLinks takes the sense from such words, keeping their length: the
// settings do not hold for pictures of RTF fields, which LibreOffice opens or
// not as its threads happen to run. The result of a field stays, and is shown.
func withoutLinks(rtf []byte) []byte {
	return rtfLinks.ReplaceAllFunc(rtf, func(word []byte) []byte {
		word = bytes.Clone(word)
		word[len(word)-1] = 'q'
		return word
	})
}

// dirs is how the directories of conversions are called.
const dirs = "chancery-office-"

// lockFile in a directory is locked as long as its server lives. The kernel
// gives the lock back however the server ends.
const lockFile = "lock"

// unlocked is how long a directory may be without a lock: the moment between
// its making and its locking.
const unlocked = time.Minute

// desk is the directory of one conversion.
type desk struct {
	path string
	lock *os.File
}

// open makes a directory with a profile in it.
func open() (*desk, error) {
	path, err := os.MkdirTemp("", dirs)
	if err != nil {
		return nil, err
	}
	d := &desk{path: path}
	if d.lock, err = os.OpenFile(filepath.Join(path, lockFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
		err = syscall.Flock(int(d.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	user := filepath.Join(path, "profile", "user")
	if err == nil {
		err = os.MkdirAll(user, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(user, "registrymodifications.xcu"), []byte(settings), 0o600)
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *desk) close() {
	_ = os.RemoveAll(d.path)
	if d.lock != nil {
		_ = d.lock.Close()
	}
}

// sweep removes what servers that were killed left behind: letters of people
// do not lie about in a temporary directory. What another server on this
// machine works on is locked and stays.
func sweep() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), dirs+"*"))
	for _, path := range left {
		if abandoned(path) {
			_ = os.RemoveAll(path)
		}
	}
}

func abandoned(path string) bool {
	f, err := os.OpenFile(filepath.Join(path, lockFile), os.O_WRONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, os.ErrNotExist) {
		info, err := os.Lstat(path)
		return err == nil && time.Since(info.ModTime()) > unlocked
	}
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
