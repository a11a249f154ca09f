// The services of a server by reflection: calls by name, with messages in protobuf's JSON form.
package main

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

const protocol = "inference.GRPCInferenceService"

type message = *dynamicpb.Message

type server struct {
	connection *grpc.ClientConn
	service    protoreflect.ServiceDescriptor
}

// reflect requests the file that declares the protocol's service from the server.
func reflect(connection *grpc.ClientConn) (*server, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream, err := reflection.NewServerReflectionClient(connection).ServerReflectionInfo(ctx)
	if err != nil {
		return nil, err
	}
	symbol := &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: protocol}
	if err := stream.Send(&reflection.ServerReflectionRequest{MessageRequest: symbol}); err != nil {
		return nil, err
	}
	reply, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	for _, bytes := range reply.GetFileDescriptorResponse().GetFileDescriptorProto() {
		file := &descriptorpb.FileDescriptorProto{}
		if err := proto.Unmarshal(bytes, file); err != nil {
			return nil, err
		}
		set.File = append(set.File, file)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, err
	}
	found, err := files.FindDescriptorByName(protocol)
	if err != nil {
		return nil, err
	}
	service, ok := found.(protoreflect.ServiceDescriptor)
	if !ok {
		return nil, errors.New(protocol + " is no service")
	}
	return &server{connection, service}, nil
}

func (s *server) method(rpc string) protoreflect.MethodDescriptor {
	return s.service.Methods().ByName(protoreflect.Name(rpc))
}

func path(rpc string) string { return fmt.Sprintf("/%s/%s", protocol, rpc) }

func (s *server) request(rpc string, json string) message {
	made := dynamicpb.NewMessage(s.method(rpc).Input())
	if err := protojson.Unmarshal([]byte(json), made); err != nil {
		panic(err)
	}
	return made
}

func (s *server) call(ctx context.Context, rpc string, request message) (message, error) {
	reply := dynamicpb.NewMessage(s.method(rpc).Output())
	return reply, s.connection.Invoke(ctx, path(rpc), request, reply)
}

func (s *server) ask(ctx context.Context, rpc string, json string) (message, error) {
	return s.call(ctx, rpc, s.request(rpc, json))
}

func field(of protoreflect.Message, name string) protoreflect.Value {
	return of.Get(of.Descriptor().Fields().ByName(protoreflect.Name(name)))
}

// infer returns a ModelInfer request with one FP32 row for an identity model.
func (s *server) infer(model string, id string, input string, raw []byte) message {
	json := fmt.Sprintf(`{"model_name":%q,"id":%q,"inputs":[{"name":%q,"datatype":"FP32","shape":[1,%d]}]}`,
		model, id, input, len(raw)/4)
	made := s.request("ModelInfer", json)
	made.Mutable(made.Descriptor().Fields().ByName("raw_input_contents")).List().Append(protoreflect.ValueOfBytes(raw))
	return made
}

// output returns the first raw output of an answer.
func output(reply protoreflect.Message) []byte {
	outputs := field(reply, "raw_output_contents").List()
	if outputs.Len() == 0 {
		return nil
	}
	return outputs.Get(0).Bytes()
}
