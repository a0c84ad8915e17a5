// Takes trees apart, and puts them together again.
#include "pack.hpp"

#include <cmath>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include "../../autograd/ops/create.hpp"
#include "../../core/files/json.hpp"
#include "../../core/files/utf8.hpp"

namespace jt::files {

namespace {

constexpr std::size_t depth_limit = 64;
constexpr const char *bad_tree = "BadTree", *one_name = "one name, dict, array or float";

class Packer {
public:
    explicit Packer(const Source& source) : source_(source) {}

    Packed pack(const Tree& tree) {
        if (is_flat(tree))
            for (const auto& [key, var] : tree) out_.arrays.emplace_back(key, var.as<Var>().array());
        else
            put(tree, "", 0);
        return std::move(out_);
    }

private:
    static bool is_flat(const Tree& tree) {
        if (tree.kind() != Tree::Kind::dict) return false;
        for (const auto& [key, value] : tree)
            if (value.kind() != Tree::Kind::var || !is_name(key)) return false;
        return true;
    }

    static bool is_name(const std::string& name) {
        return name != structure_name && name != "__metadata__" && is_npz_name(name);
    }

    void put(const Tree& tree, const std::string& path, std::size_t depth) {
        std::string& json = out_.structure;
        switch (tree.kind()) {
            case Tree::Kind::none:
                json += "null";
                break;
            case Tree::Kind::boolean:
                json += tree.as<bool>() ? "true" : "false";
                break;
            case Tree::Kind::integer:
                json += std::to_string(tree.as<std::int64_t>());
                break;
            case Tree::Kind::real:
                json += number(tree.as<double>());
                break;
            case Tree::Kind::text:
                json += quoted(tree.as<std::string>());
                break;
            case Tree::Kind::var:
                json += "{\"array\":" + quoted(add(path, tree.as<Var>())) + "}";
                break;
            case Tree::Kind::list:
                put_list(tree, path, depth);
                break;
            case Tree::Kind::dict:
                put_dict(tree, path, depth);
                break;
        }
    }

    void put_list(const Tree& tree, const std::string& path, std::size_t depth) {
        check_depth(depth);
        out_.structure += '[';
        for (std::size_t k = 0; k < tree.size(); ++k) {
            if (k > 0) out_.structure += ',';
            put(tree[k], joined(path, std::to_string(k)), depth + 1);
        }
        out_.structure += ']';
    }

    void put_dict(const Tree& tree, const std::string& path, std::size_t depth) {
        check_depth(depth);
        out_.structure += "{\"dict\":{";
        const char* between = "";
        for (const auto& [key, value] : tree) {
            out_.structure += std::exchange(between, ",") + quoted(key) + ":";
            put(value, joined(path, key), depth + 1);
        }
        out_.structure += "}}";
    }

    static std::string joined(const std::string& path, const std::string& key) {
        return path.empty() ? key : path + "." + key;
    }

    void check_depth(std::size_t depth) const {
        if (depth == depth_limit) source_.reject(bad_tree, "needs at most ", depth_limit, " levels, got more");
    }

    std::string number(double x) const {
        if (std::isfinite(x)) return json_of(source_, x);
        return std::string("{\"float\":\"") + (std::isnan(x) ? "nan" : x > 0 ? "inf" : "-inf") + "\"}";
    }

    std::string quoted(const std::string& text) const {
        if (find_not_utf8(text) != std::string::npos) source_.reject(bad_tree, "needs UTF-8, got ", shown(text));
        return json_of(source_, text);
    }

    /// The name that an array gets: its path, or a number where that is taken or cannot be a name.
    std::string add(const std::string& path, const Var& var) {
        std::string name = path;
        for (; !is_name(name) || !taken_.insert(name).second; ++renamed_) name = "array_" + std::to_string(renamed_);
        out_.arrays.emplace_back(name, var.array());
        return name;
    }

    const Source& source_;
    Packed out_;
    std::unordered_set<std::string> taken_;
    std::size_t renamed_ = 0;
};

/// Builds the tree while its structure is read; one that only looks whether it is good builds none, and needs of the
/// arrays no more than the names.
class Builder : public JsonEvents {
public:
    enum class Aim { look, build };

    Builder(const Source& source, Aim aim, NamedArrays arrays)
        : source_(source), aim_(aim), arrays_(std::move(arrays)) {
        for (std::size_t k = 0; k < arrays_.size(); ++k) index_.emplace(arrays_[k].first, k);
    }

    Tree finish() {
        if (!index_.empty())
            source_.reject(bad_tree, "needs every array in its structure, got ", shown(index_.begin()->first),
                           " beside");
        return std::move(root_);
    }

private:
    /// What is open: a list, the names of a dict, or an object that says a kind.
    enum class Form { list, dict, kind };
    struct Frame {
        Form form;
        Tree tree = {};
        std::string key = {};
        int filled = 0;
    };

    [[noreturn]] void bad(const std::string& needs) const {
        source_.reject(bad_tree, "needs ", needs, ", got something else");
    }

    bool in_kind(const char* kind) const {
        return !open_.empty() && open_.back().form == Form::kind && open_.back().key == kind;
    }

    void open(char bracket) override {
        if (bracket == '[')
            open_.push_back({Form::list, Tree::list({})});
        else if (in_kind("dict"))
            open_.push_back({Form::dict, Tree::dict()});
        else
            open_.push_back({Form::kind});
    }

    void close() override {
        Frame frame = std::move(open_.back());
        open_.pop_back();
        if (frame.form == Form::kind && frame.filled == 0) bad("a dict, an array or a float");
        if (frame.form == Form::kind && frame.filled > 1) bad(one_name);
        const bool inside_kind = frame.form == Form::dict;
        inside_kind ? fill(std::move(frame.tree)) : put(std::move(frame.tree));
    }

    void key(std::string name) override {
        Frame& frame = open_.back();
        if (frame.form == Form::kind && name != "dict" && name != "array" && name != "float") bad(one_name);
        frame.key = std::move(name);
    }

    void scalar(JsonScalar value) override {
        const auto* text = std::get_if<std::string>(&value);
        if (text && in_kind("array")) return fill(take(*text));
        if (text && in_kind("float")) return fill(float_of(*text));
        put(std::visit([this](auto& part) { return tree_of(part); }, value));
    }

    Tree tree_of(std::uint64_t number) const {
        if (!std::in_range<std::int64_t>(number)) bad("whole numbers below 2^63");
        return number;
    }
    template <class T>
    Tree tree_of(T& part) const {
        return std::move(part);
    }

    double float_of(const std::string& text) const {
        if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
        if (text != "inf" && text != "-inf") bad("nan, inf or -inf");
        return text == "inf" ? HUGE_VAL : -HUGE_VAL;
    }

    Var take(const std::string& name) {
        const auto found = index_.find(name);
        if (found == index_.end()) source_.reject(bad_tree, "needs an array that is there, once, got ", shown(name));
        const Array x = std::move(arrays_[found->second].second);
        index_.erase(found);
        return aim_ == Aim::build ? array(x) : Var();
    }

    void fill(Tree tree) {
        open_.back().tree = std::move(tree);
        ++open_.back().filled;
    }

    void put(Tree tree) {
        if (open_.empty())
            root_ = std::move(tree);
        else if (open_.back().form == Form::kind)
            bad("a dict, an array or a float");
        else if (aim_ == Aim::build)
            add(std::move(tree));
    }

    void add(Tree tree) {
        Frame& frame = open_.back();
        if (frame.form == Form::list)
            frame.tree.push_back(std::move(tree));
        else
            frame.tree[frame.key] = std::move(tree);
    }

    const Source& source_;
    const Aim aim_;
    NamedArrays arrays_;
    std::unordered_map<std::string, std::size_t> index_;  ///< of those that the structure has not named
    std::vector<Frame> open_;
    Tree root_;
};

Tree built(Stream& structure, Builder::Aim aim, NamedArrays arrays) {
    Builder builder(structure, aim, std::move(arrays));
    read_json(structure, {0, 2 * depth_limit, bad_tree}, builder);
    return builder.finish();
}

}  // namespace

Tree flat(const NamedArrays& arrays) {
    Tree tree = Tree::dict();
    for (const auto& [name, x] : arrays) tree[name] = array(x);
    return tree;
}

Packed pack(const Source& source, const Tree& tree) { return Packer(source).pack(tree); }

Tree unpack(const Source& source, Packed packed) {
    if (packed.structure.empty()) return flat(packed.arrays);
    std::vector<std::string> names;
    for (const auto& [name, x] : packed.arrays) names.push_back(name);
    const Input structure(source.where(), std::as_bytes(std::span(packed.structure)));
    Section text(structure, 0, structure.size()), again(structure, 0, structure.size());
    check_structure(text, names);
    return unpack(again, std::move(packed.arrays));
}

void check_structure(Stream& structure, const std::vector<std::string>& names) {
    NamedArrays arrays;
    for (const std::string& name : names) arrays.emplace_back(name, Array());
    built(structure, Builder::Aim::look, std::move(arrays));
}

Tree unpack(Stream& structure, NamedArrays arrays) { return built(structure, Builder::Aim::build, std::move(arrays)); }

}  // namespace jt::files
