// Command cardprogram runs the stand-in for the program of a card reader, for
// tests in a browser (testkit.CardProgram). Its key is that of a token or of a
// file, by what OpenSSL is told.
//
//	cardprogram -dir FOLDER -pin 123456 -- -signer ann.pem -inkey ann.key
//
// It prints its port, and takes orders by POST at /order: fail=NUMBER, silent,
// unlock.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"chancery/kit/testkit"
)

func main() {
	dir := flag.String("dir", ".", "where certificate and key lie")
	pin := flag.String("pin", "123456", "PIN of the card")
	flag.Parse()
	card := &testkit.CardProgram{PIN: *pin, Serial: "TP00000000000001", Sign: func(ctx context.Context, text []byte) ([]byte, error) {
		return testkit.SignCMS(ctx, *dir, nil, text, flag.Args()...)
	}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	mux := http.NewServeMux()
	mux.Handle("/", card)
	mux.HandleFunc("POST /order", func(_ http.ResponseWriter, r *http.Request) {
		code, _ := strconv.ParseInt(r.FormValue("fail"), 0, 64)
		card.Fail(code)
		card.Silence(r.FormValue("silent") != "")
		if r.FormValue("unlock") != "" {
			card.Unlock()
		}
	})
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	fmt.Fprintln(os.Stderr, s.Serve(l))
}
