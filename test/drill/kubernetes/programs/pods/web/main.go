// Command web answers every request with the name of its node, which it takes from NODE_NAME, on port 8080.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, os.Getenv("NODE_NAME")) })
	log.Fatal(http.ListenAndServe(":8080", nil))
}
