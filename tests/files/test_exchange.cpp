// What minijt, NumPy, Python's safetensors and PyTorch write for each other: arrays, trees, nets with weight norm.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>

#include "../../core/files/safetensors.hpp"
#include "../../nn/files/tree.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/key_maps.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"
#include "given.hpp"
#include "pattern.hpp"
#include "peak.hpp"
#include "temporary.hpp"

using namespace jt;
using namespace jt::test;

namespace {

#ifdef MINIJT_JSON
std::string written(const Safetensors& file) {
    std::string bytes;
    write_safetensors([&](const void* data, std::size_t n) { bytes.append(static_cast<const char*>(data), n); }, file);
    return bytes;
}

Safetensors parsed(const std::string& bytes) { return parse_safetensors(std::as_bytes(std::span(bytes))); }

/// A file of one tensor.
std::string one(const std::string& dtype, const std::string& shape, const std::string& data) {
    const std::string header = "{\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[0," +
                               std::to_string(data.size()) + "]}}";
    return std::string(1, static_cast<char>(header.size())) + std::string(7, '\0') + header + data;
}

std::string refused(const std::string& bytes) {
    try {
        parsed(bytes);
    } catch (const FileError& error) {
        return error.what();
    }
    return "none";
}

NamedArrays sorted(NamedArrays arrays) {
    std::ranges::sort(arrays, {}, [](const auto& entry) { return entry.first; });
    return arrays;
}

/// The layers of torch_files.py, normed as there.
struct TorchNet : nn::Module {
    nn::Ref<nn::Linear> linear{this, "linear", 3, 5}, whole{this, "whole", 3, 5};
    nn::Ref<nn::Conv> conv{this, "conv", 2, 3, Pair{4, 5}};
    nn::Ref<nn::ConvTranspose> up{this, "up", 2, 3, Pair{4, 5}}, up_1{this, "up_1", 2, 3, Pair{4, 5}};

    TorchNet() {
        using weightnorm::keep, weightnorm::weight_norm;
        weight_norm(linear, "weight", keep({0}));
        weight_norm(conv, "weight", keep({0}));
        weight_norm(up, "weight", keep({0}));
        weight_norm(up_1, "weight", keep({1}));
        weight_norm(whole, "weight", weightnorm::all);
    }

    /// Which layers do not give "y.name" for "x.name".
    std::string unlike(const Tree& answers) {
        std::string wrong;
        for (const auto& [name, layer] : named_children()) {
            const Var y = answers["y." + name];
            if (const auto how = difference((*layer)(answers["x." + name]), y, 1e-5, 1e-6); !how.empty())
                wrong += name + ": " + how + "; ";
        }
        return wrong;
    }
};

/// The net of jittor_files.py, normed as there.
struct JittorNet : nn::Module {
    nn::Ref<nn::Conv> conv{this, "conv", 2, 5, Pair{3, 4}};
    nn::Ref<nn::Linear> fc1{this, "fc1", 80, 6}, fc2{this, "fc2", 6, 4};

    JittorNet() {
        weightnorm::weight_norm(conv, "weight", {1, 2, 3});
        weightnorm::weight_norm(fc1, "weight", -1);
        weightnorm::weight_norm(fc2, "weight", weightnorm::all);
    }
    Var execute(const Var& x) override { return fc2(tanh(fc1(tanh(conv(x)).reshape({x.shape()[0], 80})))); }
    void learn(const Var& x, const Var& target) {
        nn::SGD(parameters(), {.lr = 0.1, .momentum = 0.9}).step(nn::mse_loss((*this)(x), target));
    }
};

struct Weighted : nn::Module {
    explicit Weighted(const Var& value) : weight(attr("weight", value)) {}
    Var& weight;
};

Tree small_tree() {
    return {{"model", {{"fc.weight", array({{1., 2., 3.}, {4., 5., 6.}})}}},
            {"epoch", 3},
            {"lrs", {0.5, NaN}},
            {"name", "\xc3\xa4\n"},
            {"none", nullptr}};
}

std::string case_name(int k) { return (k < 10 ? "case0" : "case") + std::to_string(k) + "."; }

const char* const styles[] = {"weight_norm", "parametrizations"};

/// Sorted, as the order of layers is PyTorch's there and ours here.
std::vector<std::string> shapes_of(const nn::StateDict& state) {
    std::vector<std::string> out;
    for (const auto& [name, x] : state) out.push_back(name + " " + text(x.shape()));
    std::ranges::sort(out);
    return out;
}
/// Writes a .safetensors file of nothing but a header: of n arrays without elements, and then `end`. MiB.
double write_header(const std::string& path, std::size_t n, const char* end) {
    std::ofstream file(path, std::ios::binary);
    file << "12345678";
    for (std::size_t k = 0; k < n; ++k)
        file << (k > 0 ? ',' : '{') << '"' << k << "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
    file << end;
    const auto size = static_cast<std::uint64_t>(file.tellp()) - 8;
    file.seekp(0).write(reinterpret_cast<const char*>(&size), sizeof size);
    return static_cast<double>(size) / (1 << 20);
}

/// Runs f in a process of its own, so that the peak of this one stays.
template <class F>
void apart(F f) {
    const pid_t child = fork();
    if (child == 0) {
        f();
        std::_Exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    REQUIRE(status == 0);
}

/// A long text that is no structure of "x": how it begins, what is repeated in it, how it ends, and why not.
struct Structure {
    const char *begin, *repeated, *end, *told;

    std::string text(std::size_t size) const {
        std::string out = begin;
        while (out.size() < size) out += repeated;
        return out + end;
    }
};
constexpr Structure structures[] = {
    {"[", "0,", "0]", "BadTree: needs every array in its structure, got 'x' beside"},
    {"[", "[],", "{\"array\":\"y\"}]", "BadTree: needs an array that is there, once, got 'y'"},
    {"[", "{\"dict\":{}},", "1,x]", "BadTree: needs JSON, got something else at byte "},
    {"{\"dict\":{", "\"\":0,", "\"\":0}}", "DuplicateKey: needs every name once, got '' twice"},
};

NamedArrays with_structure(const std::string& json) {
    Array bytes({static_cast<std::int64_t>(json.size())}, uint8);
    std::ranges::copy(json, static_cast<char*>(bytes.raw()));
    return {{"x", pattern({3}, int32)}, {"__tree__", bytes}};
}
#endif

}  // namespace

TEST_SUITE("files") {
#ifdef MINIJT_JSON
    TEST_CASE("arrays come back from .safetensors, with their texts, in order") {
        const Folder folder;
        const Safetensors file{patterns(), {{"b", "\xc3\xa4\n"}, {"a", ""}}};
        save_safetensors(folder / "x.safetensors", file);
        const Safetensors back = load_safetensors(folder / "x.safetensors");
        CHECK(same_arrays(back.arrays, file.arrays));
        CHECK(back.metadata == file.metadata);
        CHECK(bytes_of(folder / "x.safetensors") == written(file));
        CHECK(parsed(written({})).arrays.empty());
        CHECK(written({}) == std::string("\x8\0\0\0\0\0\0\0{}      ", 16));
        CHECK(folder.files() == 1);
    }

    TEST_CASE("elements begin at multiples of their size, though names keep their order") {
        const std::string header =
            "{\"__metadata__\":{\"t\":\"\\\"\"},\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[12,15]},"
            "\"b\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[0,8]},"
            "\"c\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[8,12]}}";
        const NamedArrays arrays = {
            {"a", pattern({3}, uint8)}, {"b", pattern({1, 1}, float64)}, {"c", pattern({}, int32)}};
        const std::string bytes = written({arrays, {{"t", "\""}}});
        const auto size = static_cast<std::size_t>(static_cast<unsigned char>(bytes[0]));
        CHECK(size % 8 == 0);
        CHECK(size - header.size() < 8);
        CHECK(bytes.substr(8, size) == header + std::string(size - header.size(), ' '));
        CHECK(bytes.size() == 8 + size + 15);
    }

    TEST_CASE("what .safetensors cannot hold is refused, and the old file stays") {
        const Folder folder;
        const std::string path = folder / "x.safetensors", start = "save_safetensors: '" + path + "': ";
        const Array x = pattern({2}, int32);
        save_safetensors(path, {{{"old", x}}, {}});
        const auto told = [&](const std::string& name) {
            try {
                save_safetensors(path, {{{"good", x}, {name, x}}, {}});
            } catch (const FileError& error) {
                return std::string(error.what());
            }
            return std::string("none");
        };
        for (const char* bad : {"", "__metadata__", "\xff"})
            CHECK(told(bad).starts_with(start + "BadName: needs names of UTF-8 without NUL, got "));
        CHECK(told(std::string("a\0b", 3)) == start + "BadName: needs names of UTF-8 without NUL, got 'a?b'");
        CHECK(told("good") == start + "DuplicateKey: needs every name once, got 'good' twice");
        CHECK_THROWS_WITH_AS(save_safetensors(path, {{{"a", Array()}}, {}}), "save: needs arrays, got an empty handle",
                             ValueError);
        CHECK(same_arrays(load_safetensors(path).arrays, {{"old", x}}));
        for (const char* good : {"..", "/etc/passwd", "a\\b", "a\nb\"", "\xc3\xa4"}) {
            const NamedArrays arrays = {{good, x}};
            CHECK(same_arrays(parsed(written({arrays, {}})).arrays, arrays));
        }
        CHECK(folder.files() == 1);
    }

    TEST_CASE("dtypes of .safetensors that are not here, and bools that are none, are told by name") {
        for (const char* dtype : {"I8", "F8_E4M3", "F8_E5M2", "F8_E8M0"})
            CHECK(refused(one(dtype, "2", "ab")) ==
                  std::string("parse_safetensors: UnsupportedDtype: needs bool, uint8, "
                              "int32, int64 or floats of 16 to 64 bits, got ") +
                      dtype + " at 'w'");
        CHECK(refused(one("BOOL", "2", {1, 2})) == "parse_safetensors: BadBool: needs bytes of 0 and 1");
        CHECK(refused(one("BOOL", "2", {1, 0})) == "none");
        CHECK(parsed(one("BF16", "", "\x80\x3f")).arrays[0].second.shape() == Shape{1});
    }

    TEST_CASE("we read what Python's safetensors writes") {
        const auto folder = given("MINIJT_SAFETENSORS_FILES");
        if (folder.empty()) return;
        CHECK(same_arrays(sorted(load_safetensors(folder + "patterns.safetensors").arrays), sorted(patterns())));
        const Tree flat = load(folder + "patterns.safetensors");
        CHECK(flat.size() == patterns().size());
        CHECK(flat["int32/0"].as<Var>().shape() == Shape{1});
    }

    TEST_CASE("Python's safetensors is to read what we write") {
        const auto folder = given("MINIJT_OUR_FILES");
        if (folder.empty()) return;
        save_safetensors(folder + "patterns.safetensors", {patterns(), {}});
        for (const char* name : {"tree.npz", "tree.safetensors"}) save(small_tree(), folder + name);
    }

    TEST_CASE("we write the trees that NumPy and Python's safetensors read once, byte for byte, and read them") {
        const auto recorded = given("MINIJT_TREES");
        if (recorded.empty()) return;
        const Folder folder;
        for (const char* name : {"tree.npz", "tree.safetensors"}) {
            CAPTURE(std::string(name));
            save(small_tree(), folder / name);
            CHECK(bytes_of(folder / name) == bytes_of(recorded + name));
            const Tree back = load(recorded + name);
            CHECK(bitwise_equal(back["model"]["fc.weight"], small_tree()["model"]["fc.weight"]));
            CHECK(back["epoch"] == 3);
            CHECK(back["lrs"][0] == 0.5);
            CHECK(std::isnan(back["lrs"][1].as<double>()));
            CHECK(back["name"] == "\xc3\xa4\n");
            CHECK(back["none"].is_none());
        }
    }

    TEST_CASE("half floats load as PyTorch widens them") {
        const auto folder = given("MINIJT_TORCH_FILES");
        if (folder.empty()) return;
        const Tree halves = load(folder + "halves.safetensors");
        for (const std::string name : {"f16", "bf16"}) {
            const Var x = halves[name];
            CHECK(x.dtype() == float32);
            CHECK(x.numel() == 676);
            CHECK(difference(x, halves[name + "_wide"].as<Var>(), 0, 0) == "");
        }
    }

    TEST_CASE("nets that PyTorch normed compute here what they computed there") {
        const auto folder = given("MINIJT_TORCH_FILES");
        if (folder.empty()) return;
        const Tree answers = load(folder + "answers.safetensors");
        for (const std::string style : styles) {
            CAPTURE(style);
            TorchNet net;
            CHECK(net.unlike(answers) != "");
            net.load_state_dict(weightnorm::from_torch(load(folder + style + ".safetensors")));
            CHECK(net.unlike(answers) == "");
        }
    }

    TEST_CASE("the names and shapes of PyTorch's weight norm come back, and the numbers with them") {
        const auto folder = given("MINIJT_TORCH_FILES");
        if (folder.empty()) return;
        for (auto names : {weightnorm::torch_weight_norm, weightnorm::torch_parametrizations}) {
            const nn::StateDict theirs = load(folder + styles[static_cast<int>(names)] + ".safetensors");
            TorchNet net;
            CHECK_THROWS_AS(net.load_state_dict(theirs), KeyError);
            net.load_state_dict(weightnorm::from_torch(theirs));
            const nn::StateDict back = weightnorm::to_torch(net.state_dict(), names);
            CHECK(shapes_of(back) == shapes_of(theirs));
            for (const auto& [name, x] : theirs) CHECK(bitwise_equal(back[name], x));
            CHECK(back["whole" + std::string(names == weightnorm::torch_weight_norm
                                                 ? ".weight_g"
                                                 : ".parametrizations.weight.original0")]
                      .shape() == Shape{1});
        }
    }

    TEST_CASE("a state without weight norm passes the key maps as it is") {
        const nn::StateDict plain{{"fc.weight", ones({2, 3})},
                                  {"lone_g", ones({1})},
                                  {"lone_v", ones({1, 2})},
                                  {"original0", ones({1})},
                                  {"my_parametrizations.w.original0", ones({1})}};
        CHECK(weightnorm::from_torch(plain).names() == plain.names());
        CHECK(weightnorm::from_torch(nn::StateDict{{"parametrizations.w.original1", ones({2, 3})},
                                                   {"parametrizations.w.original0", ones({1})}})["w_g"]
                  .shape() == Shape{1, 1});
        CHECK(weightnorm::to_torch(nn::StateDict{{"w_g", ones({2, 1})}, {"w_v", ones({2, 3})}}).names() ==
              std::vector<std::string>{"parametrizations.w.original0", "parametrizations.w.original1"});
    }

    TEST_CASE("PyTorch is to read our normed nets") {
        const auto folder = given("MINIJT_OUR_FILES"), theirs = given("MINIJT_TORCH_FILES");
        if (folder.empty() || theirs.empty()) return;
        const Tree asked = load(theirs + "answers.safetensors");
        TorchNet net;
        for (Var& x : net.parameters()) x.assign(x + rand(x.shape()));
        Tree answers = Tree::dict();
        for (const auto& [name, layer] : net.named_children()) answers["y." + name] = (*layer)(asked["x." + name]);
        save(answers, folder + "answers.safetensors");
        for (auto names : {weightnorm::torch_weight_norm, weightnorm::torch_parametrizations})
            save(weightnorm::to_torch(net.state_dict(), names),
                 folder + styles[static_cast<int>(names)] + ".safetensors");
    }

    TEST_CASE("a net that Jittor normed and trained goes on here as it went on there") {
        const auto folder = given("MINIJT_JITTOR_FILES");
        if (folder.empty()) return;
        const Tree answers = load(folder + "answers.npz");
        JittorNet net;
        CHECK(difference(net(answers["x"]), answers["y"].as<Var>(), 1e-5, 1e-6) != "");
        net.load_state_dict(load(folder + "net.npz"));
        CHECK(difference(net(answers["x"]), answers["y"].as<Var>(), 1e-5, 1e-6) == "");
        net.learn(answers["x"], answers["target"]);
        const nn::StateDict state = net.state_dict();
        CHECK(state.size() == 9);
        CHECK(answers.size() == 3 + state.size());
        for (const auto& [name, x] : state)
            CHECK(name + difference(x, answers["after." + name].as<Var>(), 1e-5, 1e-6) == name);
    }

    TEST_CASE("Jittor is to go on with our normed net") {
        const auto folder = given("MINIJT_OUR_FILES");
        if (folder.empty()) return;
        const Var x = randn({7, 2, 6, 7}), target = randn({7, 4});
        JittorNet net;
        for (int k = 0; k < 5; ++k) net.learn(x, target);
        net.save(folder + "jittor_net.npz");
        Tree answers{{"x", x}, {"target", target}, {"y", net(x)}};
        net.learn(x, target);
        for (const auto& [name, value] : net.state_dict()) answers["after." + name] = value;
        save(answers, folder + "jittor_answers.npz");
    }

    TEST_CASE(
        "what Jittor's weight norm has, weight_g, weight_v and weight, loads here and goes back, over every axis") {
        const Tree jittor = load(MINIJT_FIXTURES "/weight_norm.npz");
        const Folder folder;
        int cases = 0;
        for (; jittor.contains(case_name(cases) + "v"); ++cases) {
            const auto of = [&](const char* name) -> Var { return jittor[case_name(cases) + name]; };
            Weighted net(of("weight"));
            const auto axes = of("axes").to_vector<int>();
            weightnorm::weight_norm(net, "weight", axes);
            for (const std::string name : {"x.npz", "x.safetensors"}) {
                save({{"weight_g", of("g")}, {"weight_v", of("v")}, {"weight", of("w")}}, folder / name);
                net.load_state_dict(load(folder / name));
                CHECK(difference(net.weight, of("w"), 1e-5, 1e-6) == "");
                net.save(folder / name);
                CHECK(bitwise_equal(load(folder / name)["weight_g"], of("g")));
                CHECK(bitwise_equal(load(folder / name)["weight_v"], of("v")));
            }
        }
        CHECK(cases > 20);
    }

    TEST_CASE("a save takes no more than the data and 16 MiB, a load no more than the file and 16 MiB" *
              doctest::skip(sanitized)) {
        const Folder folder;
        constexpr double size = 64;
        Tree tree = Tree::list({});
        for (int k = 0; k < 2; ++k) tree.push_back(ones({8 << 20}));
        for (const char* name : {"x.npz", "x.safetensors"}) {
            const double before = peak();
            save(tree, folder / name);
            CHECK(peak() - before < 16);
        }
        double before = peak();
        for (const char* name : {"x.npz", "x.safetensors"}) {
            const Tree back = load(folder / name);
            CHECK(back.size() == 2);
            CHECK(peak() - before < size + 16);
        }
        clear_buffer_cache();
    }

    TEST_CASE("a header of many arrays that is refused takes no more than the file and 16 MiB" *
              doctest::skip(sanitized)) {
        const Folder folder;
        for (const char* fault : {"", ",\"0\":1}", ",\"x\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}"}) {
            const double size = write_header(folder / "x.safetensors", 200'000, fault), before = peak();
            CHECK_THROWS_AS(load(folder / "x.safetensors"), FileError);
            CHECK(peak() - before < size + 16);
        }
    }

    TEST_CASE("a structure that is refused takes no more than the file and 16 MiB" * doctest::skip(sanitized)) {
        const Folder folder;
        const auto message = [](const std::string& path) {
            try {
                load(path);
            } catch (const FileError& error) {
                const std::string what = error.what();
                return what.substr(what.find("': ") + 3);
            }
            return std::string("none");
        };
        const NamedArrays::value_type x{"x", pattern({3}, int32)};
        const double before = peak();
        for (const auto& [name, size] : {std::pair("x.safetensors", 2U), {"x.npz", 6U}})
            for (const Structure& structure : structures) {
                apart([&, path = folder / name, n = std::size_t{size} << 20] {
                    if (path.ends_with(".npz"))
                        save_npz(path, with_structure(structure.text(n)));
                    else
                        save_safetensors(path, {{x}, {{"__tree__", structure.text(n)}}});
                });
                CAPTURE(std::string(structure.repeated));
                CHECK(message(folder / name).starts_with(structure.told));
                CHECK(peak() - before < size + 16);
            }
    }

    TEST_CASE("a structure unfolds to no more than the file and 1 MiB") {
        const Folder folder;
        std::string json = "[";
        for (int k = 0; k < 400'000; ++k) json += std::to_string(k) + ",";
        NamedArrays arrays = with_structure(json + "{\"array\":\"x\"}]");
        save_npz(folder / "x.npz", arrays);
        CHECK(load(folder / "x.npz").size() == 400'001);
        save_npz(folder / "x.npz", arrays, Zip::deflated);
        const auto size = std::filesystem::file_size(folder / "x.npz"), most = size + (1 << 20);
        CHECK_THROWS_WITH_AS(load(folder / "x.npz"),
                             ("load: '" + (folder / "x.npz") + "': TooLarge: needs at most " + std::to_string(most) +
                              " bytes of JSON in __tree__, got " + std::to_string(arrays.back().second.numel()))
                                 .c_str(),
                             FileError);
        clear_buffer_cache();
    }

    TEST_CASE("a load of many arrays takes no more than 800 bytes each and 16 MiB" * doctest::skip(sanitized)) {
        const Folder folder;
        constexpr std::size_t n = 200'000;
        write_header(folder / "x.safetensors", n, "}");
        const double before = peak();
        CHECK_EQ(load(folder / "x.safetensors").size(), n);
        CHECK(peak() - before < 800. * n / (1 << 20) + 16);
        clear_buffer_cache();
    }
#endif
}
