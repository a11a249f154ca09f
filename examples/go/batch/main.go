// Classifies ten digits in one query, then each in its own query over one stream.
// Usage: cd examples/go && go run ./batch [ROUTER]
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"pareto.example/go/digits"
	"pareto.example/go/inference"
)

func request(id string, images ...int) *inference.ModelInferRequest {
	shape := []int64{int64(len(images)), 1, 28, 28}
	image := &inference.ModelInferRequest_InferInputTensor{Name: "image", Datatype: "FP32", Shape: shape}
	return &inference.ModelInferRequest{
		ModelName:        "digits",
		Id:               id,
		Inputs:           []*inference.ModelInferRequest_InferInputTensor{image},
		RawInputContents: [][]byte{digits.Images(images...)},
	}
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client := inference.NewGRPCInferenceServiceClient(digits.Connect())

	together, err := client.ModelInfer(ctx, request("together", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %v\n", together.Id, digits.Classes(together.RawOutputContents[0]))

	stream, err := client.ModelStreamInfer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for digit := range 10 {
			if err := stream.Send(request(fmt.Sprint(digit), digit)); err != nil {
				return // Recv returns the error
			}
		}
		_ = stream.CloseSend()
	}()
	for {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		if answer.ErrorMessage != "" {
			fmt.Printf("%s: %s\n", answer.InferResponse.GetId(), answer.ErrorMessage)
			continue
		}
		fmt.Printf("%s: %v\n", answer.InferResponse.Id, digits.Classes(answer.InferResponse.RawOutputContents[0]))
	}
}
