// Checkpoint: all that a training is made of, in one file, to go on with another day.
#pragma once
#include <concepts>
#include <initializer_list>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "module/state.hpp"

namespace jt::nn {

namespace detail {
template <class T>
concept HasState = requires(T& x, const StateDict& state) {
    { x.state_dict() } -> std::convertible_to<StateDict>;
    x.load_state_dict(state);
};
/// A handle of such a thing: a ModulePtr, a Ref, a pointer.
template <class T>
concept LeadsToState = !HasState<T> && requires(T & x) {
    requires HasState<std::remove_cvref_t<decltype(*x)>>;
};
template <class T>
concept PlainNumber = std::same_as<T, bool> || std::same_as<T, int> || std::same_as<T, std::int64_t> ||
    std::same_as<T, float> || std::same_as<T, double>;

void add_number(StateDict& all, const std::string& name, double value);
void add_number(StateDict& all, const std::string& name, std::int64_t value);
/// Throws a ValueError unless the entry is one number, for the second a whole one from `low` to `high`.
double number_of(const StateDict& all, const std::string& name);
std::int64_t number_of(const StateDict& all, const std::string& name, std::int64_t low, std::int64_t high);
}  // namespace detail

/// The parts of a training by name, each of which must outlive it: modules, optimizers, schedulers, datasets (all that
/// has state_dict and load_state_dict), Vars, numbers and lists of them. Where the random streams stand is a part of
/// each: "rng".
///
///     int epoch = 0;
///     nn::Checkpoint training{{"net", net}, {"opt", opt}, {"data", data}, {"epoch", epoch}};
///     if (resume) training.load("run.npz");
///     for (; epoch < 10; ++epoch)
///         for (auto [x, y] : data) ...
///
/// Saved in the middle of a loop over a dataset, the next loop begins with the batch that would have come next.
class Checkpoint {
public:
    class Part {
    public:
        template <detail::HasState T>
        Part(std::string name, T& thing)
            : name(std::move(name)),
              write([&thing](StateDict& all, const std::string& key) { all.add(key, thing.state_dict()); }),
              read([&thing](const StateDict& all, const std::string& key) { thing.load_state_dict(all.part(key)); }) {}
        template <detail::LeadsToState T>
        Part(std::string name, T& handle) : Part(std::move(name), *handle) {}
        template <detail::PlainNumber T>
        Part(std::string name, T& number) : Part(std::move(name), Number<T>{&number}) {}
        Part(std::string name, Var& var);
        /// A list that grows as the training goes: losses to be drawn.
        Part(std::string name, std::vector<double>& numbers);

        std::string name;
        Callable<void(StateDict& all, const std::string& key)> write;
        Callable<void(const StateDict& all, const std::string& key)> read;

    private:
        template <class T>
        struct Number {
            using Wide = std::conditional_t<std::floating_point<T>, double, std::int64_t>;
            T* place;
        };
        template <class T>
        Part(std::string name, Number<T> number)
            : name(std::move(name)),
              write([number](StateDict& all, const std::string& key) {
                  detail::add_number(all, key, static_cast<typename Number<T>::Wide>(*number.place));
              }),
              read([number](const StateDict& all, const std::string& key) {
                  if constexpr (std::floating_point<T>)
                      *number.place = static_cast<T>(detail::number_of(all, key));
                  else
                      *number.place = static_cast<T>(
                          detail::number_of(all, key, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
              }) {}
    };

    /// Throws a KeyError for a name that is empty, has a dot, comes twice, or is "rng".
    Checkpoint(std::initializer_list<Part> parts);
    Checkpoint(const Checkpoint&) = delete;
    Checkpoint& operator=(const Checkpoint&) = delete;

    /// "net.fc.weight", "opt.lr", "epoch", ..., "rng".
    StateDict state_dict() const;
    /// Throws a KeyError or ValueError that names the part for what does not fit; then nothing has changed.
    void load_state_dict(const StateDict& state);
    /// One file, written atomically, and back. Throws a FileError, and as load_state_dict.
    void save(const std::string& path) const { save_state(path, state_dict()); }
    void load(const std::string& path) { load_state_dict(load_state(path)); }

private:
    void check_names() const;
    void check_known(const StateDict& state) const;
    void read_all(const StateDict& state) const;

    std::vector<Part> parts_;
};

}  // namespace jt::nn
