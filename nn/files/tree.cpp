// Values in each other. A list or dict knows where it stands, so that errors can name the place.
#include "tree.hpp"

#include <algorithm>
#include <concepts>
#include <memory>
#include <ostream>
#include <sstream>
#include <unordered_map>
#include <variant>

#include "../../autograd/node.hpp"
#include "../module/module.hpp"

namespace jt {

namespace {

constexpr int depth_limit = 64;  // of what is printed or becomes a StateDict
constexpr std::size_t shown_keys = 8;

std::string quoted(const std::string& text) { return "'" + text + "'"; }

std::string joined(const std::string& path, const std::string& key) { return path.empty() ? key : path + "." + key; }

const char* words_of(Tree::Kind kind) {
    static constexpr const char* words[] = {"nothing", "a Var",  "a bool", "a whole number",
                                            "a float", "a text", "a list", "a dict"};
    return words[static_cast<int>(kind)];
}

template <class T>
Var one(T value) {
    Array x({1}, dtype_of<T>);
    *x.data<T>() = value;
    return constant(std::move(x));
}

}  // namespace

// Addresses stay, so that `t["a"] = t["b"]` reads what it should, and the index what the keys say.
struct Tree::Children {
    explicit Children(bool dict) : is_dict(dict) {}

    bool is_dict;
    std::vector<std::unique_ptr<Item>> items = {};
    std::unordered_map<std::string_view, std::size_t> index = {};
};

// Most bodies are leaves: children lie apart, and a body is no larger than a text.
struct Tree::Body {
    using Inside = std::unique_ptr<Children>;
    using Value = std::variant<std::monostate, Var, bool, std::int64_t, double, std::string, Inside>;

    static Body of(bool dict, Body* home = nullptr) { return {std::make_unique<Children>(dict), home}; }
    /// Of a list or dict without what is in it.
    Body copy(Body* at) const {
        return std::visit(
            [at]<class T>(const T& part) {
                if constexpr (std::same_as<T, Inside>)
                    return of(part->is_dict, at);
                else
                    return Body{part, at};
            },
            value);
    }

    Value value = {};
    Body* home = nullptr;  ///< the list or dict that it stands in
};

Tree::Tree(const Var& var) {
    if (var.defined()) body_ = OwnPtr(new Body{var});
}

Tree::Tree(std::string text) : body_(new Body{std::move(text)}) {}

Tree::Tree(const nn::StateDict& state) : Tree(dict()) {
    for (const auto& [name, var] : state) {
        if (contains(name)) fail<KeyError>("tree: needs each key once, got ", quoted(name), " twice");
        (*this)[name] = var;
    }
}

Tree::Tree(std::initializer_list<Item> items) : body_(new Body(Body::of(true))) {
    for (const Item& item : items) {
        if (contains(item.key)) fail<KeyError>("tree: needs each key once, got ", quoted(item.key), " twice");
        (*this)[item.key] = item.value;
    }
}

Tree Tree::list(std::initializer_list<Tree> values) {
    Tree out;
    out.body_ = OwnPtr(new Body(Body::of(false)));
    for (const Tree& value : values) out.push_back(value);
    return out;
}

// Not recursive: a tree may be deeper than the stack.
Tree::Tree(const Tree& other) {
    if (!other.body_ && other.home_) other.refuse("a value");
    std::vector<std::pair<Tree*, const Tree*>> waiting{{this, &other}};
    while (!waiting.empty()) {
        const auto [to, from] = waiting.back();
        waiting.pop_back();
        if (from->body_) to->body_ = OwnPtr(new Body(from->body_->copy(to->home_)));
        for (std::size_t k = 0; const Item* item = from->item_at(k = from->next(k)); ++k)
            waiting.emplace_back(&to->append(item->key).value, &item->value);
    }
}

Tree::Tree(Tree&& other) noexcept : body_(std::move(other.body_)) {
    if (body_) body_->home = nullptr;
}

Tree& Tree::operator=(const Tree& other) { return *this = Tree(other); }

Tree& Tree::operator=(Tree&& other) {  // NOLINT(performance-noexcept-move-constructor): it may refuse
    for (const Body* above = home_; above; above = above->home)
        if (above == other.body_.get()) fail<ValueError>("tree: needs another tree", place(), ", got the whole");
    if (!other.body_ && home_) other.body_ = OwnPtr(new Body);
    const Tree old(std::move(*this));
    body_ = std::move(other.body_);
    if (body_) body_->home = home_;
    return *this;
}

// Nor is this recursive, and it allocates nothing: what waits is chained by `home`.
Tree::~Tree() {
    Body* waiting = body_.release();
    if (waiting) waiting->home = nullptr;
    while (waiting) {
        const OwnPtr<Body> now(waiting);
        waiting = now->home;
        const auto* inside = std::get_if<Body::Inside>(&now->value);
        if (!inside) continue;
        for (const auto& item : (*inside)->items)
            if (Body* next = item->value.body_.release()) next->home = std::exchange(waiting, next);
    }
}

template <class T>
void Tree::set(T value) {
    body_ = OwnPtr(new Body{value});
}
template void Tree::set(bool);
template void Tree::set(std::int64_t);
template void Tree::set(double);

void Tree::refuse_unsigned(std::uint64_t value) {
    fail<ValueError>("tree: needs whole numbers below 2^63, got ", std::size_t{value});
}

void Tree::refuse_range(std::int64_t value, std::size_t bytes) const {
    fail<DtypeError>("tree: needs a whole number of ", bytes, bytes == 1 ? " byte" : " bytes", place(), ", got ",
                     static_cast<long long>(value));
}

/// The path of a list or dict; empty at the top.
std::string Tree::path_of(const Body* body) {
    std::string path;
    for (; body && body->home; body = body->home) {
        const Children& above = *std::get<Body::Inside>(body->home->value);
        const auto here =
            std::ranges::find(above.items, body, [](const auto& item) { return item->value.body_.get(); });
        const std::string name = above.is_dict ? (*here)->key : std::to_string(here - above.items.begin());
        path.insert(0, path.empty() ? name : name + ".");
    }
    return path;
}

std::string Tree::place() const {
    if (!home_) return "";
    const Children& around = *std::get<Body::Inside>(home_->value);
    const auto here = std::ranges::find(around.items, this, [](const auto& item) { return &item->value; });
    const std::string name = around.is_dict ? (*here)->key : std::to_string(here - around.items.begin());
    return " at " + quoted(joined(path_of(home_), name));
}

void Tree::has_no(const std::string& key, const Body* body) {
    std::string in = path_of(body), names;
    std::size_t count = 0;
    for (const auto& item : std::get<Body::Inside>(body->value)->items)
        if (item->value.body_ && count++ < shown_keys) names += (count > 1 ? ", " : " ") + quoted(item->key);
    fail<KeyError>("tree: has no key ", quoted(key), in.empty() ? "" : " in " + quoted(in), "; has",
                   count == 0 ? " none" : names, count > shown_keys ? ", …" : "");
}

void Tree::refuse(const char* needs) const {
    if (!body_ && home_) {
        const auto& items = std::get<Body::Inside>(home_->value)->items;
        has_no((*std::ranges::find(items, this, [](const auto& item) { return &item->value; }))->key, home_);
    }
    fail<DtypeError>("tree: needs ", needs, place(), ", got ", words_of(kind()));
}

Tree::Kind Tree::kind() const {
    if (!body_) return Kind::none;
    const Children* inside = children();
    return inside ? inside->is_dict ? Kind::dict : Kind::list : static_cast<Kind>(body_->value.index());
}

const Tree::Children* Tree::children() const {
    const auto* inside = body_ ? std::get_if<Body::Inside>(&body_->value) : nullptr;
    return inside ? inside->get() : nullptr;
}

const Tree::Children& Tree::need_children(Kind kind) const {
    if (this->kind() != kind) refuse(words_of(kind));
    return *children();
}

Tree::Item& Tree::append(const std::string& key) {
    Children& inside = *std::get<Body::Inside>(body_->value);
    Item& item = *inside.items.emplace_back(std::make_unique<Item>(key, Tree()));
    if (inside.is_dict) inside.index.emplace(item.key, inside.items.size() - 1);
    item.value.home_ = body_.get();
    return item;
}

std::size_t Tree::next(std::size_t k) const {
    const Children* inside = children();
    const std::size_t n = inside ? inside->items.size() : 0;
    while (k < n && !inside->items[k]->value.body_) ++k;
    return std::min(k, n);
}

Tree::Item* Tree::item_at(std::size_t k) const {
    const Children* inside = children();
    return inside && k < inside->items.size() ? inside->items[k].get() : nullptr;
}

void Tree::check_many() const {
    if (!children()) refuse("a list or a dict");
}

std::size_t Tree::size() const {
    check_many();
    std::size_t n = 0;
    for (const auto& item : children()->items) n += static_cast<bool>(item->value.body_);
    return n;
}

bool Tree::contains(const std::string& key) const {
    const Children& inside = need_children(Kind::dict);
    const auto found = inside.index.find(key);
    return found != inside.index.end() && inside.items[found->second]->value.body_;
}

std::vector<std::string> Tree::keys() const {
    need_children(Kind::dict);
    std::vector<std::string> out;
    for (const auto& [key, value] : *this) out.push_back(key);
    return out;
}

const Tree& Tree::operator[](const std::string& key) const {
    if (!contains(key)) has_no(key, body_.get());
    const Children& inside = *children();
    return inside.items[inside.index.at(key)]->value;
}

Tree& Tree::operator[](const std::string& key) {
    if (!body_ && !home_) *this = dict();
    const Children& inside = need_children(Kind::dict);
    const auto found = inside.index.find(key);
    return found == inside.index.end() ? append(key).value : item_at(found->second)->value;
}

std::int64_t Tree::list_size() const { return static_cast<std::int64_t>(need_children(Kind::list).items.size()); }

const Tree& Tree::at(std::int64_t index) const {
    const std::int64_t n = list_size(), k = index < 0 ? index + n : index;
    if (k < 0 || k >= n)
        fail<IndexError>("tree: needs an index of a list of ", static_cast<long long>(n), place(), ", got ",
                         static_cast<long long>(index));
    return item_at(static_cast<std::size_t>(k))->value;
}

void Tree::push_back(Tree value) {
    if (!body_ && !home_) *this = list({});
    need_children(Kind::list);
    append("").value = std::move(value);
}

// A number that another program wrote is an array of one element.
Var Tree::one_element() const {
    const Var* var = body_ ? std::get_if<Var>(&body_->value) : nullptr;
    return var && var->numel() == 1 ? *var : Var();
}

bool Tree::boolean() const {
    if (const Var x = one_element(); x.defined() && x.dtype() == bool_) return x.item<bool>();
    if (kind() != Kind::boolean) refuse("a bool");
    return std::get<bool>(body_->value);
}

std::int64_t Tree::integer() const {
    if (const Var x = one_element(); x.defined() && x.dtype() != bool_ && !is_float(x.dtype()))
        return x.item<std::int64_t>();
    if (kind() != Kind::integer) refuse("a whole number");
    return std::get<std::int64_t>(body_->value);
}

double Tree::real() const {
    if (const Var x = one_element(); x.defined() && x.dtype() != bool_) return x.item();
    if (kind() == Kind::integer) return static_cast<double>(std::get<std::int64_t>(body_->value));
    if (kind() != Kind::real) refuse("a number");
    return std::get<double>(body_->value);
}

const std::string& Tree::text() const {
    if (kind() != Kind::text) refuse("a text");
    return std::get<std::string>(body_->value);
}

Var Tree::var() const {
    if (kind() == Kind::none && (body_ || !home_)) return Var();
    if (kind() != Kind::var) refuse("a Var");
    return std::get<Var>(body_->value);
}

Tree::operator Operand() const {
    if (kind() != Kind::var) return real();
    return std::get<Var>(body_->value);
}

void Tree::add_to(nn::StateDict& state, const std::string& name, int depth) const {
    if (depth > depth_limit) fail<ValueError>("tree: needs a state of at most ", depth_limit, " levels, got more");
    switch (kind()) {
        case Kind::none:
            return state.add(name, Var());
        case Kind::var:
            return state.add(name, var());
        case Kind::boolean:
            return state.add(name, one(boolean()));
        case Kind::integer:
            return state.add(name, one(integer()));
        case Kind::real:
            return state.add(name, one(real()));
        case Kind::text:
            refuse("a Var or a number");
        default:
            break;
    }
    for (std::size_t k = 0; const Item* item = item_at(k = next(k)); ++k)
        item->value.add_to(state, joined(name, kind() == Kind::dict ? item->key : std::to_string(k)), depth + 1);
}

nn::StateDict Tree::state_dict() const {
    need_children(Kind::dict);
    nn::StateDict state;
    add_to(state, "", 0);
    return state;
}

std::ostream& Tree::print(std::ostream& out) const {
    if (kind() == Kind::text) return out << text();
    print_inside(out, 0);
    return out;
}

void Tree::print_inside(std::ostream& out, int depth) const {
    switch (kind()) {
        case Kind::none:
            out << "None";
            return;
        case Kind::var:
            out << nn::peek(var());
            return;
        case Kind::boolean:
            out << (boolean() ? "True" : "False");
            return;
        case Kind::integer:
            out << integer();
            return;
        case Kind::real:
            out << jt::text(real());
            return;
        case Kind::text:
            out << quoted(text());
            return;
        default:
            break;
    }
    const bool is_dict = kind() == Kind::dict;
    out << (is_dict ? '{' : '[');
    if (depth == depth_limit) out << "…";
    for (std::size_t k = 0; depth < depth_limit && item_at(k = next(k)); ++k) {
        const Item& item = *item_at(k);
        out << (k > next(0) ? ", " : "") << (is_dict ? quoted(item.key) + ": " : "");
        item.value.print_inside(out, depth + 1);
    }
    out << (is_dict ? '}' : ']');
}

}  // namespace jt
