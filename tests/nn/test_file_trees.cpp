// Trees: what they are made of, what is read out of them, what they refuse, and the files that hold them.
#include <cmath>
#include <filesystem>
#include <sstream>

#include "../../core/files/npz.hpp"
#include "../../core/files/safetensors.hpp"
#include "../../nn/files/tree.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/optim.hpp"
#include "../check.hpp"
#include "../files/temporary.hpp"

using namespace jt;
using test::bitwise_equal;
using test::Folder;
using Kind = Tree::Kind;

namespace {

std::string printed(const Tree& tree) {
    std::ostringstream out;
    out << tree;
    return out.str();
}

/// The message of the E that f throws.
template <class E, class F>
std::string message_of(F f) {
    try {
        f();
    } catch (const E& error) {
        return error.what();
    }
    return "none";
}

Tree deep(int levels) {
    Tree tree(1);
    for (int k = 0; k < levels; ++k) {
        Tree outer = Tree::dict();
        outer["a"] = std::move(tree);
        tree = std::move(outer);
    }
    return tree;
}

#ifdef MINIJT_JSON
const char* const formats[] = {".npz", ".safetensors"};

Tree through(const Tree& tree, const std::string& ending) {
    const Folder folder;
    save(tree, folder / "x" + ending);
    return load(folder / "x" + ending);
}

Tree everything() {
    return {{"model", {{"fc.weight", array({{1., 2., 3.}, {4., 5., 6.}})}, {"fc", {{"bias", array({1, 2}, int64)}}}}},
            {"epoch", 3},
            {"best", 0.5},
            {"whole", 3.0},
            {"least", std::numeric_limits<std::int64_t>::min()},
            {"done", true},
            {"none", nullptr},
            {"name", "na\"\\\n\xc3\xa4"},
            {"", {{"..", array({true, false})}, {"/", Tree::list({})}, {"a.b", 1}}},
            {"list", {1, 2.5, "x", array({7}, uint8), Tree::list({array({8.}, float64)}), Tree::dict()}}};
}
#endif

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a tree in braces") {
        nn::Linear net(2, 3);
        Tree t{{"model", net.state_dict()}, {"epoch", 3}, {"best", 0.5}, {"betas", {0.9, 0.999}}, {"name", "run"}};
        CHECK_EQ(printed(t),
                 "{'model': {'weight': float32[3,2,], 'bias': float32[3,]}, 'epoch': 3, 'best': 0.5, "
                 "'betas': [0.9, 0.999], 'name': 'run'}");
        const int epoch = t["epoch"];
        CHECK_EQ(epoch, 3);
        CHECK_EQ(t["epoch"].as<std::int64_t>(), 3);
        CHECK(t["epoch"] == 3);
        CHECK(t["best"] == 0.5);
        CHECK(t["name"] == "run");
        const Var w = t["model"]["weight"];
        CHECK_EQ(w.data<float>(), net.weight.data<float>());
        CHECK(bitwise_equal(maximum(t["model"]["weight"], t["best"]), maximum(w, 0.5)));
        CHECK(bitwise_equal(t["model"]["weight"].as<Var>() * 2, w * 2));
        const std::vector<double> betas = t["betas"];
        CHECK_EQ(betas, std::vector{0.9, 0.999});
        std::string name;
        name = t["name"];
        CHECK_EQ(name, "run");
        CHECK(t.contains("best"));
        CHECK_FALSE(t.contains("worst"));
        CHECK_EQ(t.size(), 5);
        CHECK_EQ(t.keys(), std::vector<std::string>{"model", "epoch", "best", "betas", "name"});
        CHECK_EQ(t.get("epoch", 0), 3);
        CHECK_EQ(t.get("seed", 7), 7);
        CHECK_EQ(t.get("name", "none"), "run");
        CHECK_EQ(t.get("by", "none"), "none");
    }

    TEST_CASE("braces mean the same to each compiler") {
        const Tree one{{"a", 1}}, copy{one}, nested{{"a", {{"b", {{"c", 1}}}}}}, pair{{"a", "b"}},
            two{{"a", "b"}, {"c", "d"}};
        CHECK_EQ(printed(one), "{'a': 1}");
        CHECK_EQ(printed(copy), "{'a': 1}");
        CHECK_EQ(printed(Tree{one}), "{'a': 1}");
        CHECK_EQ(printed(Tree({{"a", 1}})), "{'a': 1}");
        CHECK_EQ(printed(nested), "{'a': {'b': {'c': 1}}}");
        CHECK_EQ(printed(pair), "{'a': 'b'}");
        CHECK_EQ(printed(two), "{'a': 'b', 'c': 'd'}");
        CHECK_EQ(printed({{"a", {"b"}}}), "{'a': ['b']}");
        CHECK_EQ(printed({{"a", {"b", "c"}}}), "{'a': ['b', 'c']}");
        CHECK_EQ(printed({{"a", {one}}}), "{'a': [{'a': 1}]}");
        CHECK_EQ(printed({{"a", one}}), "{'a': {'a': 1}}");
        CHECK_EQ(printed({{"a", {1}}}), "{'a': [1]}");
        CHECK_EQ(printed({{"a", {}}}), "{'a': []}");
        CHECK_EQ(printed({{"a", nullptr}, {"b", Var()}, {"c", Tree()}}), "{'a': None, 'b': None, 'c': None}");
        CHECK_EQ(printed({}), "None");
        CHECK_EQ(printed(Tree{3}), "3");
        CHECK_EQ(printed(Tree{"text"}), "text");
        CHECK_EQ(printed(Tree{true}), "True");
        CHECK_EQ(printed(Tree::list({1, 2.5, "x", one, Tree::list({})})), "[1, 2.5, 'x', {'a': 1}, []]");
        CHECK_EQ(printed({{"w", zeros({2})}, {"v", {zeros({2}), zeros({3})}}}),
                 "{'w': float32[2,], 'v': [float32[2,], float32[3,]]}");
        CHECK_EQ(printed(std::vector{1, 2}), "[1, 2]");
        CHECK_EQ(printed({{"a", std::vector<bool>{true, false}}}), "{'a': [True, False]}");
        const std::string key = "k";
        CHECK_EQ(printed({{key, 1}, {key + "2", 2}}), "{'k': 1, 'k2': 2}");
    }

    TEST_CASE("what stands in a tree is walked, changed and copied") {
        Tree t{{"a", 1}, {"b", {2, 3}}};
        std::string seen;
        for (const auto& [key, value] : t) seen += key + "=" + printed(value) + ";";
        CHECK_EQ(seen, "a=1;b=[2, 3];");
        for (auto& [key, value] : t["b"]) value = 10 * value.as<int>();
        CHECK_EQ(printed(t), "{'a': 1, 'b': [20, 30]}");
        const Tree copy = t;
        t["b"][-1] = "last";
        t["c"] = t["b"];
        t["a"] = t;
        t["b"].push_back(nullptr);
        CHECK_EQ(printed(t),
                 "{'a': {'a': 1, 'b': [20, 'last'], 'c': [20, 'last']}, 'b': [20, 'last', None], 'c': [20, 'last']}");
        CHECK_EQ(printed(copy), "{'a': 1, 'b': [20, 30]}");
        t = t["a"]["b"];
        CHECK_EQ(printed(t), "[20, 'last']");
        Tree made, list;
        made["x"] = 1;
        made["y"] = Tree();
        list.push_back(2);
        CHECK_EQ(printed(made), "{'x': 1, 'y': None}");
        CHECK_EQ(printed(list), "[2]");
    }

    TEST_CASE("what a tree refuses, it names by its path") {
        Tree t{{"opt", {{"lr", 0.1}, {"n", 3000000000}, {"steps", {1, 2}}}}, {"name", "x"}};
        const Tree& c = t;
        CHECK_THROWS_WITH_AS(c["opts"], "tree: has no key 'opts'; has 'opt', 'name'", KeyError);
        CHECK_THROWS_WITH_AS(c["opt"]["epochs"], "tree: has no key 'epochs' in 'opt'; has 'lr', 'n', 'steps'",
                             KeyError);
        CHECK_THROWS_WITH_AS(t["opt"]["epochs"].as<int>(), "tree: has no key 'epochs' in 'opt'; has 'lr', 'n', 'steps'",
                             KeyError);
        CHECK_THROWS_WITH_AS(t["no"]["x"] = 1, "tree: has no key 'no'; has 'opt', 'name'", KeyError);
        CHECK_THROWS_WITH_AS(Tree{t["no"]}, "tree: has no key 'no'; has 'opt', 'name'", KeyError);
        CHECK_THROWS_WITH_AS(t["new"] = t["no"], "tree: has no key 'no'; has 'opt', 'name'", KeyError);
        CHECK_THROWS_WITH_AS(t["no"].as<Var>(), "tree: has no key 'no'; has 'opt', 'name'", KeyError);
        CHECK_THROWS_WITH_AS(t["no"].size(), "tree: has no key 'no'; has 'opt', 'name'", KeyError);
        CHECK_THROWS_WITH_AS(t["no"].begin(), "tree: has no key 'no'; has 'opt', 'name'", KeyError);
        CHECK_EQ(printed(t), "{'opt': {'lr': 0.1, 'n': 3000000000, 'steps': [1, 2]}, 'name': 'x'}");
        CHECK_EQ(t.size(), 2);
    }

    TEST_CASE("what is of another kind or size, it names by its path") {
        Tree t{{"opt", {{"lr", 0.1}, {"n", 3000000000}, {"steps", {1, 2}}}}, {"name", "x"}};
        CHECK_THROWS_WITH_AS(t["name"].as<int>(), "tree: needs a whole number at 'name', got a text", DtypeError);
        CHECK_THROWS_WITH_AS(t["opt"]["lr"].as<int>(), "tree: needs a whole number at 'opt.lr', got a float",
                             DtypeError);
        CHECK_THROWS_WITH_AS(t["opt"]["n"].as<int>(),
                             "tree: needs a whole number of 4 bytes at 'opt.n', got 3000000000", DtypeError);
        CHECK_THROWS_WITH_AS(t["opt"].as<double>(), "tree: needs a number at 'opt', got a dict", DtypeError);
        CHECK_THROWS_WITH_AS(t["name"].as<bool>(), "tree: needs a bool at 'name', got a text", DtypeError);
        CHECK_THROWS_WITH_AS(t["name"].as<Var>(), "tree: needs a Var at 'name', got a text", DtypeError);
        CHECK_THROWS_WITH_AS(t["name"].as<nn::StateDict>(), "tree: needs a dict at 'name', got a text", DtypeError);
        CHECK_THROWS_WITH_AS(t.as<nn::StateDict>(), "tree: needs a Var or a number at 'name', got a text", DtypeError);
        CHECK_THROWS_WITH_AS(t.as<std::string>(), "tree: needs a text, got a dict", DtypeError);
        CHECK_THROWS_WITH_AS(t["name"]["x"], "tree: needs a dict at 'name', got a text", DtypeError);
        CHECK_THROWS_WITH_AS(t["name"].size(), "tree: needs a list or a dict at 'name', got a text", DtypeError);
        CHECK_THROWS_WITH_AS(t["opt"][0], "tree: needs a list at 'opt', got a dict", DtypeError);
        CHECK_THROWS_WITH_AS(t["opt"]["steps"][2], "tree: needs an index of a list of 2 at 'opt.steps', got 2",
                             IndexError);
        CHECK_THROWS_WITH_AS(t["opt"]["steps"][-3], "tree: needs an index of a list of 2 at 'opt.steps', got -3",
                             IndexError);
        CHECK_THROWS_WITH_AS(t["opt"]["steps"][1].as<bool>(), "tree: needs a bool at 'opt.steps.1', got a whole number",
                             DtypeError);
    }

    TEST_CASE("what cannot be in a tree is refused") {
        Tree t{{"opt", 1}};
        CHECK_THROWS_WITH_AS((Tree{{"a", 1}, {"a", 2}}), "tree: needs each key once, got 'a' twice", KeyError);
        CHECK_THROWS_WITH_AS(Tree(nn::StateDict{{"a", zeros({1})}, {"a", zeros({1})}}),
                             "tree: needs each key once, got 'a' twice", KeyError);
        CHECK_THROWS_WITH_AS(Tree(std::uint64_t(-1)), "tree: needs whole numbers below 2^63, got 18446744073709551615",
                             ValueError);
        CHECK_THROWS_WITH_AS(t["opt"] = std::move(t), "tree: needs another tree at 'opt', got the whole", ValueError);
        CHECK_EQ(Tree(-1).as<int>(), -1);
        CHECK_THROWS_AS(Tree(-1).as<unsigned>(), DtypeError);
        CHECK_THROWS_WITH_AS(Tree::dict()["x"].as<int>(), "tree: has no key 'x'; has none", KeyError);
        Tree many = Tree::dict();
        for (int k = 0; k < 20; ++k) many[std::to_string(k)] = k;
        CHECK_THROWS_WITH_AS(std::as_const(many)["x"],
                             "tree: has no key 'x'; has '0', '1', '2', '3', '4', '5', '6', '7', …", KeyError);
    }

    TEST_CASE("a tree may be deeper than the stack") {
        const Tree t = deep(1000000), copy = t;
        CHECK_EQ(printed(t).size(), 64 * 7 + 5);
        CHECK_THROWS_WITH_AS(t.as<nn::StateDict>(), "tree: needs a state of at most 64 levels, got more", ValueError);
    }

    TEST_CASE("numbers and nested dicts are a state, and arrays of one element are numbers") {
        const Tree t{{"lr", 0.1},       {"n", std::int64_t{1} << 62 | 1}, {"on", true},
                     {"none", nullptr}, {"m", {zeros({2}), ones({3})}},   {"groups", {{"0", {{"lr", 0.2}}}}}};
        const nn::StateDict state = t;
        CHECK_EQ(state.names(), std::vector<std::string>{"lr", "n", "on", "none", "m.0", "m.1", "groups.0.lr"});
        CHECK_EQ(state["lr"].dtype(), float64);
        CHECK_EQ(state["n"].data<std::int64_t>()[0], std::int64_t{1} << 62 | 1);
        CHECK_EQ(state["on"].dtype(), bool_);
        CHECK_FALSE(state["none"].defined());
        const Tree back = state;
        CHECK(back["lr"] == 0.1);
        CHECK(back["n"] == (std::int64_t{1} << 62 | 1));
        CHECK(back["on"] == true);
        CHECK_FALSE(Var(back["none"]).defined());
        CHECK_THROWS_WITH_AS(back["lr"].as<int>(), "tree: needs a whole number at 'lr', got a Var", DtypeError);
        CHECK_THROWS_WITH_AS(back["m.1"].as<double>(), "tree: needs a number at 'm.1', got a Var", DtypeError);
    }

    TEST_CASE("another ending is no format, and a state is a flat file") {
        const Folder folder;
        for (const char* name : {"x.pkl", "x", "x.npz.gz", "npz"}) {
            const std::string path = folder / name,
                              told = ": '" + path + "': UnknownFormat: needs a name that ends in .npz or .safetensors";
            CHECK_EQ(message_of<FileError>([&] { save(Tree::dict(), path); }), "save" + told);
            CHECK_EQ(message_of<FileError>([&] { load(path); }), "load" + told);
        }
        nn::Linear net(2, 3);
        net.save(folder / "net.npz");
        const auto arrays = load_npz(folder / "net.npz");
        CHECK_EQ(arrays.size(), 2);
        CHECK_EQ(arrays[0].first, "weight");
        CHECK_EQ(printed(load(folder / "net.npz")), "{'weight': float32[3,2,], 'bias': float32[3,]}");
        CHECK_EQ(folder.files(), 1);
    }

#ifdef MINIJT_JSON
    TEST_CASE("a tree comes back from each format, bit for bit") {
        for (const std::string ending : formats) {
            CAPTURE(ending);
            const Tree t = everything(), back = through(t, ending);
            CHECK_EQ(printed(back), printed(t));
            CHECK(bitwise_equal(back["model"]["fc.weight"], t["model"]["fc.weight"]));
            CHECK(bitwise_equal(back["model"]["fc"]["bias"], t["model"]["fc"]["bias"]));
            CHECK(bitwise_equal(back[""][".."], t[""][".."]));
            CHECK(bitwise_equal(back["list"][3], t["list"][3]));
            CHECK_EQ(back["whole"].kind(), Kind::real);
            CHECK_EQ(back["epoch"].kind(), Kind::integer);
            CHECK_EQ(back["list"][4].kind(), Kind::list);
            for (const Tree& root : {Tree(), Tree(1), Tree("x"), Tree::list({}), Tree::dict(), Tree::list({ones({2})})})
                CHECK_EQ(printed(through(root, ending)), printed(root));
            CHECK(bitwise_equal(through(ones({2}), ending), ones({2})));
        }
    }

    TEST_CASE("floats that JSON lacks, and all others, come back to the last bit") {
        Tree numbers =
            Tree::list({NAN, INFINITY, -INFINITY, -0.0, 5e-324, 0.1, 1e300, std::nextafter(1., 2.), 1e16, 2.5f});
        for (const std::string ending : formats) {
            const Tree back = through(numbers, ending);
            CHECK(std::isnan(back[0].as<double>()));
            CHECK(std::signbit(back[3].as<double>()));
            for (std::size_t k = 1; k < numbers.size(); ++k) {
                CHECK_EQ(back[k].kind(), Kind::real);
                CHECK_EQ(back[k].as<double>(), numbers[k].as<double>());
            }
        }
    }

    TEST_CASE("arrays stand under their keys joined by dots, or under a number") {
        const Folder folder;
        const Tree t{{"a", {{"b", ones({1})}}},
                     {"a.b", ones({2})},
                     {"__tree__", ones({3})},
                     {"..", ones({4})},
                     {"__metadata__", ones({5})},
                     {"m", {ones({6}), ones({7})}},
                     {std::string(5000, 'x'), ones({8})}};
        const std::vector<std::string> names = {"a.b",     "array_0", "array_1", "array_2",
                                                "array_3", "m.0",     "m.1",     "array_4"};
        save(t, folder / "x.npz");
        save(t, folder / "x.safetensors");
        const NamedArrays npz = load_npz(folder / "x.npz"), others = load_safetensors(folder / "x.safetensors").arrays;
        REQUIRE_EQ(npz.size(), names.size() + 1);
        REQUIRE_EQ(others.size(), names.size());
        for (std::size_t k = 0; k < names.size(); ++k) {
            CHECK_EQ(npz[k].first, names[k]);
            CHECK_EQ(others[k].first, names[k]);
        }
        CHECK_EQ(npz.back().first, "__tree__");
        CHECK_EQ(printed(load(folder / "x.npz")), printed(t));
        CHECK_EQ(printed(load(folder / "x.safetensors")), printed(t));
    }

    TEST_CASE("a file of the other format is told by its first bytes") {
        const Folder folder;
        for (const Tree& t : {Tree{{"a", ones({2})}}, Tree(nn::StateDict())}) {
            save(t, folder / "x.npz");
            save(t, folder / "x.safetensors");
            std::filesystem::rename(folder / "x.npz", folder / "npz.safetensors");
            std::filesystem::rename(folder / "x.safetensors", folder / "safetensors.npz");
            const auto told = [&](const std::string& path) { return message_of<FileError>([&] { load(path); }); };
            CHECK_NE(told(folder / "npz.safetensors").find("zip archive"), std::string::npos);
            CHECK_NE(told(folder / "safetensors.npz").find("safetensors under another name"), std::string::npos);
        }
    }

    TEST_CASE("what JSON cannot hold is refused, and the old file stays") {
        const Folder folder;
        for (const std::string ending : formats) {
            const std::string path = folder / "x" + ending;
            save({{"old", 1}}, path);
            const auto told = [&](const Tree& tree) { return message_of<FileError>([&] { save(tree, path); }); };
            const std::string start = "save: '" + path + "': BadTree: needs ";
            CHECK_EQ(told({{"a", "\xff"}}), start + "UTF-8, got '?'");
            CHECK_EQ(told({{"\xed\xa0\x80", 1}}), start + "UTF-8, got '?\?\?'");
            CHECK_EQ(told({{"\xff", ones({1})}}), start + "UTF-8, got '?'");
            CHECK_EQ(told(deep(65)), start + "at most 64 levels, got more");
            CHECK_EQ(printed(load(path)), "{'old': 1}");
            CHECK_EQ(printed(through(deep(64), ending)), printed(deep(64)));
        }
        CHECK_EQ(folder.files(), 2);
    }

    TEST_CASE("a broken structure is refused") {
        const Folder folder;
        const std::string path = folder / "x.safetensors";
        const Array x = Array::zeros({2}, int32);
        const auto told = [&](const std::string& json) {
            save_safetensors(path, {{{"x", x}}, {{"__tree__", json}}});
            return message_of<FileError>([&] { load(path); });
        };
        const std::string start = "load: '" + path + "': ", bad = start + "BadTree: needs ";
        CHECK_EQ(told("{\"array\":\"x\"}"), "none");
        CHECK_EQ(told("[{\"array\":\"x\"},{\"array\":\"x\"}]"), bad + "an array that is there, once, got 'x'");
        CHECK_EQ(told("{\"array\":\"y\"}"), bad + "an array that is there, once, got 'y'");
        CHECK_EQ(told("1"), bad + "every array in its structure, got 'x' beside");
        CHECK_EQ(told("{\"dict\":{\"a\":1,\"a\":2}}"), start + "DuplicateKey: needs every name once, got 'a' twice");
        CHECK_EQ(told("{\"dict\":{\"a\":1},\"dict\":{}}"),
                 start + "DuplicateKey: needs every name once, got 'dict' twice");
        CHECK_EQ(told("{\"dict\":{\"a\":1},\"array\":\"x\"}"),
                 bad + "one name, dict, array or float, got something else");
        CHECK_EQ(told("{\"set\":{}}"), bad + "one name, dict, array or float, got something else");
        for (const char* json :
             {"{}", "{\"dict\":1}", "{\"dict\":[]}", "{\"dict\":null}", "{\"array\":1}", "{\"array\":{}}",
              "{\"array\":[]}", "{\"float\":1.5}", "{\"float\":{\"array\":\"x\"}}"})
            CHECK_EQ(told(json), bad + "a dict, an array or a float, got something else");
        CHECK_EQ(told("{\"float\":\"NaN\"}"), bad + "nan, inf or -inf, got something else");
        CHECK_EQ(told("18446744073709551615"), bad + "whole numbers below 2^63, got something else");
        CHECK_EQ(told("[1e999]"), bad + "JSON, got something else at byte 5");
        CHECK_EQ(told("[NaN]"), bad + "JSON, got something else at byte 1");
        CHECK_EQ(told("[1,]"), bad + "JSON, got something else at byte 3");
        CHECK_EQ(told("[1] 2"), bad + "JSON, got something else at byte 4");
        CHECK_EQ(told(std::string("[1]\0", 4)), bad + "JSON, got something else at byte 3");
        CHECK_EQ(told("[\"\\ud800\"]"), bad + "JSON, got something else at byte 8");
        CHECK_EQ(told(std::string(1000000, '[')), bad + "at most 128 brackets in each other, got more");
        save_npz(folder / "x.npz", {{"__tree__", x}});
        CHECK_EQ(message_of<FileError>([&] { load(folder / "x.npz"); }),
                 "load: '" + (folder / "x.npz") + "': BadTree: needs bytes of JSON in __tree__, got (2,) of int32");
    }

    TEST_CASE("a training goes on from a tree, to the last bit") {
        const Folder folder;
        for (const std::string ending : formats) {
            nn::Linear net(4, 1), again(4, 1);
            nn::Adam opt(net.parameters(), {.lr = 0.1}), opt_again(again.parameters(), {.lr = 0.3});
            nn::StepLR scheduler(opt, 2), scheduler_again(opt_again, 2);
            const Var x = rand({8, 4});
            const auto step = [&](auto& n, auto& o, auto& s) {
                o.step(nn::mse_loss(n(x), x.sum(1, keepdims)));
                s.step();
            };
            for (int k = 0; k < 3; ++k) step(net, opt, scheduler);
            save({{"model", net.state_dict()},
                  {"opt", opt.state_dict()},
                  {"scheduler", scheduler.state_dict()},
                  {"epoch", 3}},
                 folder / "run" + ending);
            Tree run = load(folder / "run" + ending);
            again.load_state_dict(run["model"]);
            opt_again.load_state_dict(run["opt"]);
            scheduler_again.load_state_dict(run["scheduler"]);
            for (int k = run["epoch"]; k < 6; ++k) step(net, opt, scheduler), step(again, opt_again, scheduler_again);
            CHECK(bitwise_equal(net.weight, again.weight));
            CHECK_EQ(opt.lr, opt_again.lr);
            CHECK_THROWS_AS(again.load_state_dict(run["opt"]), KeyError);
        }
    }

    TEST_CASE("a module is saved and loaded as .safetensors too") {
        const Folder folder;
        nn::Linear net(2, 3), other(2, 3), unlike(3, 3);
        net.save(folder / "net.safetensors");
        other.load(folder / "net.safetensors");
        CHECK(bitwise_equal(net.weight, other.weight));
        CHECK_THROWS_AS(unlike.load(folder / "net.safetensors"), KeyError);
        CHECK_EQ(load_safetensors(folder / "net.safetensors").metadata.size(), 0);
    }
#else
    TEST_CASE("without nlohmann-json flat files of Vars remain, and the rest is told") {
        const Folder folder;
        const std::string path = folder / "x.npz",
                          told = "Unsupported: needs a minijt that was built with nlohmann-json";
        CHECK_EQ(message_of<FileError>([&] { save({{"a", {"b"}}}, path); }), "save: '" + path + "': " + told);
        CHECK_EQ(message_of<FileError>([&] {
                     save({{"a", ones({1})}}, folder / "x.safetensors");
                 }),
                 "save_safetensors: '" + (folder / "x.safetensors") + "': " + told);
        CHECK_EQ(folder.files(), 0);
        save({{"a.b", ones({1})}}, path);
        CHECK_EQ(printed(load(path)), "{'a.b': float32[1,]}");
        save_npz(path, {{"__tree__", Array::full({2}, '1', uint8)}});
        CHECK_EQ(message_of<FileError>([&] { load(path); }), "load: '" + path + "': " + told);
    }
#endif
}
