package outside

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// HTTPError is a status other than 2xx.
type HTTPError struct {
	Status int
	Body   string
}

// Error implements error.
func (e *HTTPError) Error() string { return fmt.Sprintf("HTTP %d: %s", e.Status, e.Body) }

// MethodError is a method-level error (RFC 8620 section 3.6.2) or a SetError.
type MethodError struct {
	Type        string
	Description string
}

// Error implements error.
func (e *MethodError) Error() string { return e.Type + ": " + e.Description }

// JMAP is a client of one account, over HTTP Basic.
type JMAP struct {
	Account        string   // account id
	Using          []string // capabilities beside core and mail
	user, password string
	api            string
	upload         string
	download       string
	client         *http.Client
}

// DialJMAP reads the session object.
func DialJMAP(addr, user, password string) (*JMAP, error) {
	c := &JMAP{user: user, password: password, client: &http.Client{
		Timeout: 5 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
	}}
	var session struct {
		APIURL, UploadURL, DownloadURL string
		PrimaryAccounts                map[string]string
	}
	body, err := c.do("GET", "http://"+addr+"/.well-known/jmap", "", nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &session); err != nil {
		return nil, err
	}
	c.api, c.upload, c.download = session.APIURL, session.UploadURL, session.DownloadURL
	c.Account = session.PrimaryAccounts["urn:ietf:params:jmap:mail"]
	if c.api == "" || c.Account == "" {
		return nil, fmt.Errorf("jmap: the session has no API or no mail account: %s", body)
	}
	return c, nil
}

// Close gives the connections back.
func (c *JMAP) Close() { c.client.CloseIdleConnections() }

func (c *JMAP) open(method, url, contentType string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(c.user, c.password)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
		res.Body.Close()
		return nil, &HTTPError{res.StatusCode, string(text)}
	}
	return res, nil
}

func (c *JMAP) do(method, url, contentType string, body io.Reader) ([]byte, error) {
	res, err := c.open(method, url, contentType, body)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// Call is one method call: its name and arguments; accountId is added.
type Call struct {
	Name string
	Args map[string]any
}

// Raw posts calls and returns the answer as it came, for measuring.
func (c *JMAP) Raw(calls ...Call) ([]byte, error) {
	list := make([]any, len(calls))
	for i, call := range calls {
		args := map[string]any{"accountId": c.Account}
		for k, v := range call.Args {
			args[k] = v
		}
		list[i] = []any{call.Name, args, fmt.Sprint("c", i)}
	}
	body, err := json.Marshal(map[string]any{
		"using":       append([]string{"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"}, c.Using...),
		"methodCalls": list,
	})
	if err != nil {
		return nil, err
	}
	return c.do("POST", c.api, "application/json", bytes.NewReader(body))
}

// Do posts calls and returns the arguments of each answer.
func (c *JMAP) Do(calls ...Call) ([]json.RawMessage, error) {
	body, err := c.Raw(calls...)
	if err != nil {
		return nil, err
	}
	var answer struct {
		MethodResponses [][]json.RawMessage
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	var out []json.RawMessage
	for _, r := range answer.MethodResponses {
		if len(r) != 3 {
			return nil, errors.New("jmap: a response without three parts")
		}
		if string(r[0]) == `"error"` {
			e := &MethodError{}
			if err := json.Unmarshal(r[1], e); err != nil {
				return nil, err
			}
			return nil, e
		}
		out = append(out, r[1])
	}
	return out, nil
}

// Ask is Do of one call, with the answer read into out.
func (c *JMAP) Ask(out any, name string, args map[string]any) error {
	list, err := c.Do(Call{name, args})
	if err != nil {
		return err
	}
	return json.Unmarshal(list[0], out)
}

// Upload stores a blob and returns its id.
func (c *JMAP) Upload(r io.Reader) (string, error) {
	body, err := c.do("POST", strings.ReplaceAll(c.upload, "{accountId}", c.Account), "message/rfc822", r)
	if err != nil {
		return "", err
	}
	var answer struct{ BlobID string }
	err = json.Unmarshal(body, &answer)
	return answer.BlobID, err
}

// Download opens a blob.
func (c *JMAP) Download(blob string) (io.ReadCloser, error) {
	res, err := c.open("GET", strings.NewReplacer("{accountId}", c.Account, "{blobId}", blob, "{name}", "m.eml",
		"{type}", url.QueryEscape("message/rfc822")).Replace(c.download), "", nil)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

// Mailbox returns the id of the mailbox with a role.
func (c *JMAP) Mailbox(role string) (string, error) {
	var answer struct {
		List []struct{ ID, Role string }
	}
	if err := c.Ask(&answer, "Mailbox/get", map[string]any{"ids": nil, "properties": []string{"id", "role"}}); err != nil {
		return "", err
	}
	for _, m := range answer.List {
		if m.Role == role {
			return m.ID, nil
		}
	}
	return "", fmt.Errorf("jmap: no mailbox has the role %q", role)
}

// SetResult is the part of a /set or /import answer that says what was done.
type SetResult struct {
	Created    map[string]struct{ ID, BlobID string }
	Updated    map[string]any
	NotCreated map[string]MethodError
	NotUpdated map[string]MethodError
}

// Err returns the first refusal.
func (r *SetResult) Err() error {
	for _, m := range []map[string]MethodError{r.NotCreated, r.NotUpdated} {
		for _, e := range m {
			return &e
		}
	}
	return nil
}

// Import uploads a message and files it (RFC 8621 section 4.8); it returns
// the Email id.
func (c *JMAP) Import(text []byte, mailbox string) (string, error) {
	blob, err := c.Upload(bytes.NewReader(text))
	if err != nil {
		return "", err
	}
	var r SetResult
	err = c.Ask(&r, "Email/import", map[string]any{"emails": map[string]any{
		"m": map[string]any{"blobId": blob, "mailboxIds": map[string]bool{mailbox: true}},
	}})
	if err == nil {
		err = r.Err()
	}
	return r.Created["m"].ID, err
}
