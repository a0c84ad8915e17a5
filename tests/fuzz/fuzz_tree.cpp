// Feeds the readers of .safetensors and of a tree's structure what libFuzzer makes up: nothing but a FileError may
// come, and what loads must come back from our own writers. Built and run as fuzz_npz.cpp, with -DMINIJT_JSON and all
// of core, autograd and nn.
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "../../core/files/safetensors.hpp"
#include "../../nn/files/pack.hpp"

using namespace jt;

namespace {

using Bytes = std::span<const std::byte>;

void hold(bool promise) {
    if (!promise) std::abort();
}

void hold_same(const NamedArrays& x, const NamedArrays& y) {
    hold(x.size() == y.size());
    for (std::size_t k = 0; k < x.size(); ++k) {
        const Array &a = x[k].second, &b = y[k].second;
        hold(x[k].first == y[k].first && a.shape() == b.shape() && a.dtype() == b.dtype());
        hold(std::memcmp(a.raw(), b.raw(), a.bytes()) == 0);
    }
}

std::string printed(const Tree& tree) {
    std::ostringstream out;
    out << tree;
    return out.str();
}

const files::Source source("fuzz");

void try_file(Bytes bytes) {
    const Safetensors file = parse_safetensors(bytes);
    std::string ours;
    write_safetensors([&](const void* data, std::size_t n) { ours.append(static_cast<const char*>(data), n); }, file);
    const Safetensors again = parse_safetensors(std::as_bytes(std::span(ours)));
    hold_same(file.arrays, again.arrays);
    hold(file.metadata == again.metadata);
}

/// The bytes as the structure of a tree that has two arrays.
void try_structure(Bytes bytes) {
    const NamedArrays arrays = {{"x", Array::zeros({2}, int32)}, {"y", Array::zeros({3}, float32)}};
    const Tree tree = files::unpack(source, {arrays, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}});
    const Tree again = files::unpack(source, files::pack(source, tree));
    hold(printed(tree) == printed(again));
}

/// A file and the structure in its metadata.
void try_both(Bytes bytes) {
    Safetensors file = parse_safetensors(bytes);
    for (auto& [name, text] : file.metadata)
        if (name == files::structure_name) files::unpack(source, {std::move(file.arrays), std::move(text)});
}

/// The message of the FileError, the same each time; empty when all is well.
template <class F>
std::string message(F f, Bytes bytes) {
    try {
        f(bytes);
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const Bytes bytes = std::as_bytes(std::span(data, size));
    for (auto reader : {try_file, try_structure, try_both}) hold(message(reader, bytes) == message(reader, bytes));
    clear_buffer_cache();
    return 0;
}
