// Uses the Open Inference Protocol over gRPC.
// Usage: cd examples/go && go run ./protocol [ROUTER]
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"pareto.example/go/digits"
	"pareto.example/go/inference"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client := inference.NewGRPCInferenceServiceClient(digits.Connect())

	metadata, err := client.ModelMetadata(ctx, &inference.ModelMetadataRequest{Name: "digits"})
	if err != nil {
		log.Fatal(err)
	}
	for _, input := range metadata.Inputs {
		fmt.Printf("digits takes %s %s%v\n", input.Name, input.Datatype, input.Shape)
	}

	image := &inference.ModelInferRequest_InferInputTensor{Name: "image", Datatype: "FP32", Shape: []int64{1, 1, 28, 28}}
	answer, err := client.ModelInfer(ctx, &inference.ModelInferRequest{
		ModelName:        "digits",
		Id:               "example-1",
		Inputs:           []*inference.ModelInferRequest_InferInputTensor{image},
		RawInputContents: [][]byte{digits.Images(7)},
		// A parameter that only Pareto supports: the minimum accuracy of the variant.
		Parameters: map[string]*inference.InferParameter{
			"min_accuracy": {ParameterChoice: &inference.InferParameter_DoubleParam{DoubleParam: 0.98}},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	variant := answer.Parameters["pareto_variant"].GetStringParam()
	fmt.Printf("%s: %v by %s\n", answer.Id, digits.Classes(answer.RawOutputContents[0]), variant)
}
