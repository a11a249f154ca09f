// States objectives, for which Pareto selects variants.
// Usage: cd examples/go && go run ./model-less [ROUTER]
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"google.golang.org/grpc/status"
	"pareto.example/go/digits"
	"pareto.example/go/pareto"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client := pareto.NewInferenceClient(digits.Connect())
	latency, accurate, perfect := 100.0, 0.98, 1.0

	request := func(objective *pareto.Objective) *pareto.InferRequest {
		image := &pareto.Tensor{Name: "image", Datatype: "FP32", Shape: []int64{1, 1, 28, 28}, Contents: digits.Images(7)}
		return &pareto.InferRequest{Target: "digits", Objective: objective, Inputs: []*pareto.Tensor{image}}
	}

	for _, objective := range []*pareto.Objective{
		nil, // the task's default objective
		{LatencyMs: &latency},
		{LatencyMs: &latency, MinAccuracy: &accurate},
	} {
		answer, err := client.Infer(ctx, request(objective))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("{%v} → %v by %s, right %.2f %% of the time\n",
			objective, digits.Classes(answer.Outputs[0].Contents), answer.Variant, 100*answer.Accuracy.Value)
	}

	// An infeasible objective is refused. The error names the nearest feasible one.
	_, err := client.Infer(ctx, request(&pareto.Objective{LatencyMs: &latency, MinAccuracy: &perfect}))
	fmt.Printf("%s: %s\n", status.Code(err), status.Convert(err).Message())
}
