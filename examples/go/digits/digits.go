// Package digits provides ten handwritten digits, 0 to 9, as inputs of the task `digits`.
package digits

import (
	"encoding/binary"
	"encoding/json"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Connect opens a connection to the router named on the command line, or to the one on this machine.
func Connect() *grpc.ClientConn {
	router := "127.0.0.1:8001"
	if len(os.Args) > 1 {
		router = os.Args[1]
	}
	connection, err := grpc.NewClient(router, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	return connection
}

// Images returns the raw bytes of an FP32 tensor [len(digits), 1, 28, 28] with pixels in 0..1.
func Images(digits ...int) []byte {
	_, here, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "../../digits/ten-digits.json"))
	if err != nil {
		log.Fatal(err)
	}
	var file struct{ Pixels [][]float32 }
	if err := json.Unmarshal(text, &file); err != nil {
		log.Fatal(err)
	}
	var raw []byte
	for _, digit := range digits {
		for _, pixel := range file.Pixels[digit] {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(pixel/255))
		}
	}
	return raw
}

// Classes returns the class with the largest score in each row of ten raw FP32 scores.
func Classes(raw []byte) []int {
	classes := make([]int, len(raw)/40)
	for row := range classes {
		best := float32(math.Inf(-1))
		for class := range 10 {
			score := math.Float32frombits(binary.LittleEndian.Uint32(raw[row*40+class*4:]))
			if score > best {
				best, classes[row] = score, class
			}
		}
	}
	return classes
}
