// Command pause waits until it is told to end: what a pod's sandbox runs, and what stands for a program that cannot be built here.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
}
