// A Go client with reflection: every call, deadlines, cancellation, 5 MB, parallel requests, streams.
//
//	usage: client ROUTER
//
// Prints each check as a line of JSON: its title, and the error if it failed.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/dynamicpb"
)

func row(values ...float32) []byte {
	raw := make([]byte, 0, 4*len(values))
	for _, value := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(value))
	}
	return raw
}

func four(number int) []byte {
	return row(float32(number), float32(number), float32(number), float32(number))
}

func within(limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), limit)
}

// refused returns an error unless err has the given code and its message contains the given name.
func refused(err error, code codes.Code, needle string) error {
	got := status.Convert(err)
	if got.Code() != code || !strings.Contains(got.Message(), needle) {
		return fmt.Errorf("expected %v naming %q, got %v: %s", code, needle, got.Code(), got.Message())
	}
	return nil
}

// mirrored queries an identity model, and returns an error unless the bytes and the id come back.
func mirrored(s *server, model string, id string, raw []byte) error {
	ctx, cancel := within(30 * time.Second)
	defer cancel()
	reply, err := s.call(ctx, "ModelInfer", s.infer(model, id, "x", raw))
	if err != nil {
		return err
	}
	if got := field(reply, "id").String(); got != id || !bytes.Equal(output(reply), raw) {
		return fmt.Errorf("asked %q with %d bytes, got %q with %d bytes", id, len(raw), got, len(output(reply)))
	}
	return nil
}

func everyCall(s *server) error {
	given := map[string]string{
		"ModelReady": `{"name":"id-fp32"}`, "ModelMetadata": `{"name":"id-fp32"}`, "ModelConfig": `{"name":"id-fp32"}`,
		"ModelStatistics": `{"name":"id-fp32"}`, "RepositoryModelLoad": `{"model_name":"id-fp32"}`,
		"RepositoryModelUnload": `{"model_name":"id-uint32"}`,
		"ModelInfer": `{"model_name":"id-fp32","inputs":[{"name":"x","datatype":"FP32","shape":[1,4],` +
			`"contents":{"fp32_contents":[1,2,3,4]}}]}`,
	}
	for i := 0; i < s.service.Methods().Len(); i++ {
		method := s.service.Methods().Get(i)
		if method.IsStreamingClient() {
			continue
		}
		name, expected := string(method.Name()), codes.OK
		if strings.HasSuffix(name, "SharedMemoryRegister") {
			expected = codes.Unimplemented
		}
		request, known := given[name]
		if !known {
			request = "{}"
		}
		ctx, cancel := within(30 * time.Second)
		_, err := s.ask(ctx, name, request)
		cancel()
		if status.Code(err) != expected {
			return fmt.Errorf("%s: expected %v, got %w", name, expected, err)
		}
	}
	return nil
}

func badInput(s *server) error {
	wrong := []struct {
		request message
		code    codes.Code
		needle  string
	}{
		{s.infer("nope", "", "x", four(1)), codes.NotFound, "nope"},
		{s.infer("id-fp32", "", "q", four(1)), codes.InvalidArgument, "'q'"},
		{s.infer("id-fp32", "", "x", row(1, 2, 3)), codes.InvalidArgument, "'x'"},
		{s.infer("id-fp32", "", "x", nil), codes.InvalidArgument, "'x'"},
		{s.infer("id-int32", "", "x", four(1)), codes.InvalidArgument, "INT32"},
	}
	for _, one := range wrong {
		ctx, cancel := within(30 * time.Second)
		_, err := s.call(ctx, "ModelInfer", one.request)
		cancel()
		if err := refused(err, one.code, one.needle); err != nil {
			return err
		}
	}
	return mirrored(s, "id-fp32", "after", four(1))
}

func deadlines(s *server) error {
	for _, limit := range []time.Duration{-time.Second, time.Microsecond} {
		ctx, cancel := within(limit)
		_, err := s.call(ctx, "ModelInfer", s.infer("id-fp32", "", "x", four(1)))
		cancel()
		if status.Code(err) != codes.DeadlineExceeded {
			return fmt.Errorf("expected a deadline, got %w", err)
		}
	}
	return mirrored(s, "id-fp32", "after", four(1))
}

func cancelling(s *server) error {
	request := s.infer("nobatch", "", "x", make([]byte, 4<<20))
	for range 8 {
		ctx, cancel := within(30 * time.Second)
		time.AfterFunc(2*time.Millisecond, cancel)
		if _, err := s.call(ctx, "ModelInfer", request); err != nil && status.Code(err) != codes.Canceled {
			return err
		}
	}
	return mirrored(s, "id-fp32", "after", four(1))
}

func atOnce(s *server) error {
	failures := make(chan error, 64)
	var asked sync.WaitGroup
	for number := range 64 {
		asked.Add(1)
		go func() {
			defer asked.Done()
			for range 2 {
				if err := mirrored(s, "id-fp32", fmt.Sprint(number), four(number)); err != nil {
					failures <- err
					return
				}
			}
		}()
	}
	asked.Wait()
	close(failures)
	return <-failures
}

// streams sends an invalid message in the middle of a stream. Each answer has the id of its request.
func streams(s *server) error {
	ctx, cancel := within(60 * time.Second)
	defer cancel()
	both := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	stream, err := s.connection.NewStream(ctx, both, path("ModelStreamInfer"))
	if err != nil {
		return err
	}
	for number := range 50 {
		model := map[bool]string{true: "nope", false: "id-fp32"}[number == 25]
		if err := stream.SendMsg(s.infer(model, fmt.Sprint(number), "x", four(number))); err != nil {
			return err
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for range 50 {
		answer := dynamicpb.NewMessage(s.method("ModelStreamInfer").Output())
		if err := stream.RecvMsg(answer); err != nil {
			return err
		}
		reply := field(answer, "infer_response").Message()
		var number int
		if _, err := fmt.Sscan(field(reply, "id").String(), &number); err != nil {
			return fmt.Errorf("an answer without its id: %v", answer)
		}
		isWrong := strings.Contains(field(answer, "error_message").String(), "nope")
		if isWrong != (number == 25) || !isWrong && !bytes.Equal(output(reply), four(number)) {
			return fmt.Errorf("%d was answered with %v", number, answer)
		}
	}
	return nil
}

func main() {
	large := make([]float32, 5<<18)
	for index := range large {
		large[index] = float32(index)
	}
	checks := []struct {
		title string
		run   func(s *server) error
	}{
		{"supports every call of the protocol", everyCall},
		{"returns a status and the expected value for invalid input", badInput},
		{"ends only the calls with a short deadline", deadlines},
		{"ends cancelled calls, and answers the next one", cancelling},
		{"echoes more than 4 MB", func(s *server) error { return mirrored(s, "nobatch", "large", row(large...)) }},
		{"answers 64 parallel requests on one connection with their own data and ids", atOnce},
		{"continues a stream after an invalid message", streams},
	}
	connection, err := grpc.NewClient(os.Args[1],
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<26)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, PermitWithoutStream: true}))
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	reflected, err := reflect(connection)
	if err != nil {
		panic(err)
	}
	for _, check := range checks {
		told := map[string]any{"title": check.title, "error": nil}
		if err := check.run(reflected); err != nil {
			told["error"] = err.Error()
		}
		line, _ := json.Marshal(told)
		fmt.Println(string(line))
	}
}
