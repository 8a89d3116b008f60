// The spellings of Go's encoding/json, its escapes, and its HTTP client.
package main

import (
	"bytes"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

func main() {
	in, _ := io.ReadAll(os.Stdin)
	var out bytes.Buffer
	fail := func(err error) {
		if err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
	}
	switch os.Args[1] {
	case "marshal", "marshal-number", "marshal-indent", "encoder", "encoder-plain":
		decoder := json.NewDecoder(bytes.NewReader(in))
		if os.Args[1] == "marshal-number" {
			decoder.UseNumber()
		}
		var value any
		fail(decoder.Decode(&value))
		if strings.HasPrefix(os.Args[1], "encoder") {
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(os.Args[1] == "encoder")
			fail(encoder.Encode(value))
		} else if os.Args[1] == "marshal-indent" {
			text, err := json.MarshalIndent(value, "", "  ")
			fail(err)
			out.Write(text)
		} else {
			text, err := json.Marshal(value)
			fail(err)
			out.Write(text)
		}
	case "raw-compact": // json.RawMessage is made compact, and its HTML is escaped.
		text, err := json.Marshal(json.RawMessage(in))
		fail(err)
		out.Write(text)
	case "raw-indent":
		fail(json.Indent(&out, in, "", "  "))
	case "indent-tab":
		fail(json.Indent(&out, in, "", "\t"))
	case "compact":
		fail(json.Compact(&out, in))
	case "html":
		fail(template.Must(template.New("").Parse("{{.}}")).Execute(&out, string(in)))
	case "query":
		out.WriteString(url.QueryEscape(string(in)))
	case "send":
		var request struct {
			URL     string
			Headers [][2]string
			Body    []byte
		}
		fail(json.Unmarshal(in, &request))
		post, err := http.NewRequest("POST", request.URL, bytes.NewReader(request.Body))
		fail(err)
		for _, header := range request.Headers {
			if header[0] == "Host" {
				post.Host = header[1]
			} else {
				post.Header.Set(header[0], header[1])
			}
		}
		reply, err := http.DefaultClient.Do(post)
		fail(err)
		_, err = io.Copy(&out, reply.Body)
		fail(err)
	}
	os.Stdout.Write(out.Bytes())
}
