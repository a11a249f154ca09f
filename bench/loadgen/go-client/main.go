// A Go client that sends the same request at a fixed rate, whatever the answers take.
//
//	usage: go-client ADDRESS METHOD FILE PER-SECOND SECONDS WARM-UP-SECONDS
//
// FILE has the length-prefixed message. Prints the latencies after the warm-up in ms, from the moments at which the requests had
// to be sent (or were, if that was earlier), as a JSON array. Exits with 1 if a request fails.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// prefixBytes is the length of the prefix of a message in gRPC.
const prefixBytes = 5

// prSetTimerSlack sets the ns by which the kernel may delay a thread's timers, 50,000 by default. See prctl(2).
const prSetTimerSlack = 29

// The same as those of the load generator.
const (
	aimStep = 4 * time.Microsecond
	maxAim  = 500 * time.Microsecond
)

// rawCodec passes messages as they are.
type rawCodec struct{}

func (rawCodec) Marshal(message any) ([]byte, error) { return *message.(*[]byte), nil }
func (rawCodec) Unmarshal(data []byte, message any) error {
	*message.(*[]byte) = data
	return nil
}
func (rawCodec) Name() string { return "proto" }

func main() {
	address, method := os.Args[1], os.Args[2]
	prefixed, err := os.ReadFile(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	message := prefixed[prefixBytes:]
	perSecond, seconds, warmUpSeconds := number(os.Args[4]), number(os.Args[5]), number(os.Args[6])
	connection, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{})))
	if err != nil {
		log.Fatal(err)
	}
	send := func() {
		var answer []byte
		if err := connection.Invoke(context.Background(), method, &message, &answer); err != nil {
			log.Fatal(err)
		}
	}
	send()

	warmUp := int(perSecond * warmUpSeconds)
	latenciesMs := make([]float64, int(perSecond*seconds))
	var running sync.WaitGroup
	start := time.Now()
	// The timers of Go's scheduler are late by up to a millisecond. A thread that sleeps is not, if the kernel may not delay it.
	runtime.LockOSThread()
	// The time by which the thread is woken late in the median, as far as the client has learned it. It aims earlier by that.
	var aim time.Duration
	if _, _, err := syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, 1, 0); err != 0 {
		log.Fatal(err)
	}
	for index := range warmUp + len(latenciesMs) {
		due := start.Add(time.Duration(float64(index) / perSecond * float64(time.Second)))
		if wait := syscall.NsecToTimespec(int64(time.Until(due) - aim)); wait.Nano() > 0 {
			_ = syscall.Nanosleep(&wait, nil)
			if time.Now().After(due) {
				aim = min(aim+aimStep, maxAim)
			} else {
				aim = max(aim-aimStep, 0)
			}
		}
		from := due
		if now := time.Now(); now.Before(due) {
			from = now
		}
		running.Go(func() {
			send()
			if index >= warmUp {
				latenciesMs[index-warmUp] = float64(time.Since(from)) / float64(time.Millisecond)
			}
		})
	}
	running.Wait()
	if err := json.NewEncoder(os.Stdout).Encode(latenciesMs); err != nil {
		log.Fatal(err)
	}
}

func number(text string) float64 {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		log.Fatal(err)
	}
	return value
}
