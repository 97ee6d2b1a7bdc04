// Command web answers every request with the name of its node, which it takes from NODE_NAME, on port 8080. As a server should, it
// goes on for 5 s when it is to end: so long may others send requests to it.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, os.Getenv("NODE_NAME")) })
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	go func() {
		<-end
		time.Sleep(5 * time.Second)
		os.Exit(0)
	}()
	log.Fatal(http.ListenAndServe(":8080", nil))
}
