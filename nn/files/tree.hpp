// Tree: what a checkpoint holds, Vars, numbers, texts, lists and dicts in each other; and the files that hold one.
#pragma once
#include <concepts>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../module/state.hpp"

namespace jt {

namespace detail {
template <class T>
concept TreeInteger =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;
template <class T>
concept TreeNumber = TreeInteger<T> || std::floating_point<T> || std::same_as<T, bool>;
template <class T>
struct IsTreeVector : std::false_type {};
template <class T>
struct IsTreeVector<std::vector<T>> : std::true_type {};
template <class T>
concept FromTree = TreeNumber<T> || std::same_as<T, std::string> || std::same_as<T, Var> ||
    std::same_as<T, nn::StateDict> || IsTreeVector<T>::value;
}  // namespace detail

/// A Var, a number, a text, nothing, or a list or dict of Trees, as Python's values are:
/// `Tree t{{"model", net.state_dict()}, {"epoch", 3}, {"lrs", {0.1, 0.2}}};`, `int epoch = t["epoch"];`.
/// A copy is deep, but shares its Vars. Errors name the place: `tree: has no key 'epochs' in 'opt'; has 'lr'`.
class Tree {
public:
    struct Item;
    enum class Kind { none, var, boolean, integer, real, text, list, dict };

    // What it is made of
    Tree() noexcept = default;
    Tree(std::nullptr_t) : Tree() {}
    Tree(const Var& var);  ///< an empty Var is nothing
    template <class T>
    requires std::same_as<T, bool> Tree(T value) { set(value); }
    template <detail::TreeInteger T>
    Tree(T value) {
        if (!std::in_range<std::int64_t>(value)) refuse_unsigned(static_cast<std::uint64_t>(value));
        set(static_cast<std::int64_t>(value));
    }
    template <std::floating_point T>
    Tree(T value) {
        set(static_cast<double>(value));
    }
    Tree(const char* text) : Tree(std::string(text)) {}
    Tree(std::string text);
    Tree(const nn::StateDict& state);
    template <class T>
    Tree(const std::vector<T>& values) : Tree(list({})) {
        for (const auto& value : values) push_back(Tree(static_cast<T>(value)));
    }
    /// A dict; throws a KeyError for a key twice. Inside of it braces may be lists, `{"lrs", {0.1, 0.2}}`.
    Tree(std::initializer_list<Item> items);
    static Tree list(std::initializer_list<Tree> values);
    static Tree dict() { return Tree(std::initializer_list<Item>()); }

    Tree(const Tree& other);
    Tree(Tree&& other) noexcept;
    Tree& operator=(const Tree& other);
    /// Throws a ValueError where a Tree would stand below itself.
    Tree& operator=(Tree&& other);  // NOLINT(performance-noexcept-move-constructor): it may refuse
    ~Tree();

    // What it holds
    Kind kind() const;
    bool is_none() const { return kind() == Kind::none; }
    /// How many a list or dict holds; a DtypeError for others.
    std::size_t size() const;
    bool contains(const std::string& key) const;
    std::vector<std::string> keys() const;
    /// The value of a key. Throws a KeyError when there is none, and a DtypeError where this is no dict; but of a Tree
    /// that may change, `t["epoch"] = 3` adds it (to nothing, too), and only reading it throws.
    const Tree& operator[](const std::string& key) const;
    Tree& operator[](const std::string& key);
    const Tree& operator[](const char* key) const { return (*this)[std::string(key)]; }
    Tree& operator[](const char* key) { return (*this)[std::string(key)]; }
    /// The value at a place of a list, negative ones from the end. Throws an IndexError for others.
    template <detail::TreeInteger T>
    const Tree& operator[](T index) const {
        return at(static_cast<std::int64_t>(index));
    }
    template <detail::TreeInteger T>
    Tree& operator[](T index) {
        return const_cast<Tree&>(at(static_cast<std::int64_t>(index)));
    }
    void push_back(Tree value);

    /// Throws a DtypeError when it holds something else, or a number that T does not. A whole number is a double, too;
    /// a Var of one element is a number; nothing is an empty Var; and a dict of Vars and numbers, nested or not, is a
    /// StateDict whose names are joined by dots.
    template <detail::FromTree T>
    T as() const;
    template <detail::FromTree T>
    operator T() const {
        return as<T>();
    }
    /// For functions that take Vars or numbers; valid while this holds its Var.
    operator Operand() const;
    /// Python's d.get(key, fallback).
    template <class T>
    T get(const std::string& key, T fallback) const {
        return contains(key) ? (*this)[key].template as<T>() : fallback;
    }

    std::string get(const std::string& key, const char* fallback) const { return get(key, std::string(fallback)); }

    template <class T>
    class Iterator;
    /// What a dict holds, in order: `for (const auto& [key, value] : t)`; keys of a list are empty.
    Iterator<const Item> begin() const;
    Iterator<const Item> end() const;
    Iterator<Item> begin();
    Iterator<Item> end();

    template <class T>
    requires(detail::TreeNumber<T> || std::same_as<T, std::string>) friend bool operator==(const Tree& x, const T& y) {
        return x.as<T>() == y;
    }
    friend bool operator==(const Tree& x, const char* y) { return x.as<std::string>() == y; }
    /// As Python prints it, Vars by dtype and shape.
    friend std::ostream& operator<<(std::ostream& out, const Tree& x) { return x.print(out); }

private:
    struct Body;
    struct Children;

    template <class T>
    void set(T value);
    [[noreturn]] static void refuse_unsigned(std::uint64_t value);
    [[noreturn]] void refuse_range(std::int64_t value, std::size_t bytes) const;
    [[noreturn]] void refuse(const char* needs) const;
    static std::string path_of(const Body* body);
    [[noreturn]] static void has_no(const std::string& key, const Body* body);
    std::string place() const;
    const Children* children() const;
    const Children& need_children(Kind kind) const;
    Item& append(const std::string& key);
    const Tree& at(std::int64_t index) const;
    std::int64_t list_size() const;
    Item* item_at(std::size_t k) const;  ///< the k-th or the next one that is there; null at the end
    std::size_t next(std::size_t k) const;
    void check_many() const;
    Var one_element() const;
    bool boolean() const;
    std::int64_t integer() const;
    double real() const;
    const std::string& text() const;
    Var var() const;
    nn::StateDict state_dict() const;
    void add_to(nn::StateDict& state, const std::string& name, int depth) const;
    std::ostream& print(std::ostream& out) const;
    void print_inside(std::ostream& out, int depth) const;

    OwnPtr<Body> body_;     ///< null: nothing, or in a dict a key that was asked for and is not there
    Body* home_ = nullptr;  ///< the list or dict that it stands in
};

/// A key and its value.
struct Tree::Item {
    template <class K>
    requires std::convertible_to<K, std::string> Item(K&& name, Tree tree)
        : key(std::forward<K>(name)), value(std::move(tree)) {}
    template <class K>
    requires std::convertible_to<K, std::string> Item(K&& name, std::initializer_list<Tree> values)
        : key(std::forward<K>(name)), value(list(values)) {}

    const std::string key;
    Tree value;
};

template <class T>
class Tree::Iterator {
public:
    using value_type = Item;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Iterator(const Tree* tree, std::size_t k) : tree_(tree), k_(tree->next(k)) {}
    T& operator*() const { return *tree_->item_at(k_); }
    Iterator& operator++() { return *this = Iterator(tree_, k_ + 1); }
    Iterator operator++(int) { return std::exchange(*this, Iterator(tree_, k_ + 1)); }
    bool operator==(const Iterator& other) const { return k_ == other.k_; }

private:
    const Tree* tree_ = nullptr;
    std::size_t k_ = 0;
};

inline Tree::Iterator<const Tree::Item> Tree::begin() const {
    check_many();
    return {this, 0};
}
inline Tree::Iterator<const Tree::Item> Tree::end() const { return {this, std::size_t(-1)}; }
inline Tree::Iterator<Tree::Item> Tree::begin() {
    check_many();
    return {this, 0};
}
inline Tree::Iterator<Tree::Item> Tree::end() { return {this, std::size_t(-1)}; }

template <detail::FromTree T>
T Tree::as() const {
    if constexpr (detail::IsTreeVector<T>::value) {
        T out;
        const std::int64_t n = list_size();
        for (std::int64_t k = 0; k < n; ++k) out.push_back(at(k).as<typename T::value_type>());
        return out;
    } else if constexpr (std::same_as<T, bool>) {
        return boolean();
    } else if constexpr (std::floating_point<T>) {
        return static_cast<T>(real());
    } else if constexpr (std::same_as<T, std::string>) {
        return text();
    } else if constexpr (std::same_as<T, Var>) {
        return var();
    } else if constexpr (std::same_as<T, nn::StateDict>) {
        return state_dict();
    } else {
        const std::int64_t value = integer();
        if (!std::in_range<T>(value)) refuse_range(value, sizeof(T));
        return static_cast<T>(value);
    }
}

/// Writes a tree into a file, atomically, and reads one: an .npz or .safetensors file by its name. NumPy and Python's
/// safetensors read the arrays by their keys joined by dots; what else there is stands as JSON in one entry
/// "__tree__" (bytes of .npz, metadata of .safetensors). What they wrote loads as a flat dict. Throws a FileError: for
/// another name, for texts that are not UTF-8, for more than 64 levels, for a broken file, for JSON that unpacks to
/// more than the file and 1 MiB, and, built without nlohmann-json, for .safetensors and all but flat dicts of Vars. A
/// load takes no more than file and elements, 16 MiB, and 800 bytes for each array and other value, most of which the
/// tree keeps; nothing of the tree is made before all of its JSON is known to be good.
void save(const Tree& tree, const std::string& path);
Tree load(const std::string& path);

}  // namespace jt
