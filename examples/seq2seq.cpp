// Two LSTMs with attention between them translate numbers from English words into German ones.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "program.hpp"
using namespace jt;

namespace {

constexpr int million = 1000000, learned = 1000, tests = 500, width = 64, batch = 50;

// ---- the languages

using Words = std::vector<std::string>;

std::string behind(const std::string& words) { return words.empty() ? "" : " " + words; }

std::string english(int n) {
    static const Words small{"",         "one",     "two",     "three",     "four",     "five",    "six",
                             "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                             "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
    static const Words tens{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
    if (n < 20) return small.at(n);
    if (n < 100) return tens.at(n / 10) + behind(english(n % 10));
    if (n < 1000) return english(n / 100) + " hundred" + behind(english(n % 100));
    return english(n / 1000) + " thousand" + behind(english(n % 1000));
}

/// Ones before tens, and `one` is eins alone at the end.
std::string german(int n, const std::string& one) {
    static const Words small{"",         "",         "zwei",     "drei",     "vier",     "fünf",    "sechs",
                             "sieben",   "acht",     "neun",     "zehn",     "elf",      "zwölf",   "dreizehn",
                             "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"};
    static const Words tens{"",        "",        "zwanzig", "dreißig", "vierzig",
                            "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"};
    if (n == 1) return one;
    if (n < 20) return small.at(n);
    if (n < 100) return n % 10 == 0 ? tens.at(n / 10) : german(n % 10, "ein") + " und " + tens.at(n / 10);
    if (n < 1000) return german(n / 100, "ein") + " hundert" + behind(german(n % 100, "eins"));
    return german(n / 1000, "ein") + " tausend" + behind(german(n % 1000, "eins"));
}

/// How numbers are said: rows (n, length) of places among its words. The first word is none, and stands behind the last
/// one of a number.
struct Language {
    Words words{""};
    Var rows;

    template <class F>
    Language(const Var& numbers, int length, F say) {
        std::vector<std::vector<int>> all;
        for (const int n : numbers.to_vector<int>()) {
            std::istringstream said(say(n));
            all.emplace_back();
            for (std::string word; said >> word;) all.back().push_back(place_of(word));
            all.back().resize(static_cast<std::size_t>(length));
        }
        rows = array(all);
    }

    int size() const { return static_cast<int>(words.size()); }
    Words read(const Var& row) const {
        Words out;
        for (const int place : row.to_vector<int>())
            if (place != 0) out.push_back(words.at(static_cast<std::size_t>(place)));
        return out;
    }

private:
    int place_of(const std::string& word) {
        const auto at = std::find(words.begin(), words.end(), word);
        const auto place = static_cast<int>(at - words.begin());
        if (at == words.end()) words.push_back(word);
        return place;
    }
};

// ---- the net

struct Cell : nn::Layer<Cell> {
    nn::Ref<nn::Linear> x2h{this, "x2h", width, 4 * width}, h2h{this, "h2h", width, 4 * width, {.bias = false}};

    std::tuple<Var, Var> execute(const Var& x, const Var& h, Var c) {
        const auto [i, f, g, o] = chunk<4>(x2h(x) + h2h(h), 1);
        c = sigmoid(f) * c + sigmoid(i) * tanh(g);
        return {sigmoid(o) * tanh(c), c};
    }
};

struct Encoder : nn::Layer<Encoder> {
    nn::Ref<nn::Embedding> word;
    nn::Ref<Cell> cell{this, "cell"};

    explicit Encoder(int words) : word{this, "word", words, width} {}

    /// h (n, length, width) after each word of rows (n, length), and the last h and c.
    std::tuple<Var, Var, Var> execute(Var rows) {
        Var h = zeros({rows.shape(0), width}), c = h;
        Vars all;
        for (const Var& x : word(rows).unbind(1)) {
            std::tie(h, c) = cell(x, h, c);
            all.push_back(h);
        }
        return {stack(all, 1), h, c};
    }
};

struct Decoder : nn::Layer<Decoder> {
    nn::Ref<nn::Embedding> word;
    nn::Ref<Cell> cell{this, "cell"};
    nn::Ref<nn::Linear> query{this, "query", width, width}, mix{this, "mix", 2 * width, width};
    nn::Ref<nn::Linear> head;

    explicit Decoder(int words) : word{this, "word", words, width}, head{this, "head", width, words} {}

    /// Logits (n, words) of the word behind the last one, where it looked (n, length), and the next h and c. Of what
    /// was read it sees `states`, but not where `blank` holds.
    std::tuple<Var, Var, Var, Var> execute(const Var& last, Var h, Var c, const Var& states, const Var& blank) {
        std::tie(h, c) = cell(word(last), h, c);
        const Var scores = matmul(states, query(h).unsqueeze(2)).squeeze(2);
        const Var weights = scores.masked_fill(blank, -INFINITY).softmax(1);
        const Var context = matmul(weights.unsqueeze(1), states).squeeze(1);
        return {head(tanh(mix(concat({context, h}, 1)))), weights, h, c};
    }
};

struct Translator : nn::Layer<Translator> {
    nn::Ref<Encoder> encoder;
    nn::Ref<Decoder> decoder;
    int length;  ///< of what it writes

    Translator(const Language& from, const Language& to)
        : encoder{this, "encoder", from.size()},
          decoder{this, "decoder", to.size()},
          length(static_cast<int>(to.rows.shape(1))) {}

    /// Logits (n, length, words) of each word behind those of `target`, or behind its own, the likeliest; and where it
    /// looked for it (n, length, length of the source).
    std::tuple<Var, Var> execute(const Var& source, const Var& target = {}) {
        auto [states, h, c] = encoder(source);
        Var last = zeros({source.shape(0)}, int32), logits, weights;
        Vars all_logits, all_weights;
        for (int k = 0; k < length; ++k) {
            std::tie(logits, weights, h, c) = decoder(last, h, c, states, source == 0);
            last = target.defined() ? target[{_, k}] : logits.argmax(1).first;
            all_logits.push_back(logits);
            all_weights.push_back(weights);
        }
        return {stack(all_logits, 1), stack(all_weights, 1)};
    }
};

// ---- training

struct Training {
    Var numbers = 1 + randperm(million - 1)[{to(learned + tests)}];
    Language source{numbers, 9, english}, target{numbers, 12, [](int n) { return german(n, "eins"); }};
    Translator net{source, target};
    nn::Adam opt{net.parameters(), {.lr = 0.01}};
    Var test = learned + arange(tests);  ///< the places of those that it does not learn from
    plot::Series losses{""}, rights{""};
    int step = 0;
    nn::Checkpoint checkpoint{
        {"net", net}, {"opt", opt}, {"losses", losses.values}, {"rights", rights.values}, {"step", step}};

    Var loss() {
        const Var some = randint(0, learned, {batch}), wanted = target.rows[some];
        const auto [logits, weights] = net(source.rows[some], wanted);
        return nn::cross_entropy_loss(logits.flatten(0, 1), wanted.flatten());
    }

    /// Its own words for some numbers, and where it looked for them.
    std::tuple<Var, Var> translated(const Var& some) {
        const no_grad guard;
        const auto [logits, weights] = net(source.rows[some]);
        return {logits.argmax(2).first, weights};
    }
    /// Percent of the test numbers without a wrong word.
    double right() {
        const Var right = std::get<0>(translated(test)) == target.rows[test];
        return 100 * right.all(1).float32().mean().item();
    }
};

constexpr int apart = 10;  // steps from one point of a curve to the next

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    auto bar = progress(program.steps, {.initial = t.step});
    for ([[maybe_unused]] const auto k : bar) {
        t.opt.lr = 0.01 * (1 - 0.95 * t.step / program.steps);
        const Var loss = t.loss();
        t.opt.step(loss);
        bar.set("loss", loss.item());
        if (++t.step % apart != 0) continue;
        t.losses.values.push_back(loss.item());
        t.rights.values.push_back(t.right());
        bar.set("right", t.rights.values.back());
        program.save(t.checkpoint);
    }
    program.save(t.checkpoint);
}

// ---- the picture

std::string joined(const Words& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

/// Where it looked for each word of the k-th number.
plot::HeatMap attention(Training& t, const Var& k) {
    const auto [answer, weights] = t.translated(k.reshape(1));
    const Words read = t.source.read(t.source.rows[k]), written = t.target.read(answer);
    return {.title = text("Where it looks to write each word of %d", static_cast<int>(t.numbers[k].item())),
            .matrix = weights[{0, to(written.size()), to(read.size())}],
            .rows = written,
            .columns = read,
            .row = "written",
            .column = "read",
            .numbers = false,
            .range = {{0, 1}}};
}

void print(Training& t, const Var& k) {
    const std::string said = joined(t.source.read(t.source.rows[k])),
                      answer = joined(t.target.read(std::get<0>(t.translated(k))));
    std::printf("%s: %s\n", said.c_str(), answer.c_str());
}

void train_and_draw(const Program& program) {
    Training t;
    train(program, t);
    const double right = t.right();
    std::printf("%.1f %% of %d new numbers translated without a fault\n", right, tests);
    const Var most_words = t.test[(t.source.rows[t.test] != 0).sum(1).topk(3).second];
    for (const Var& k : most_words) print(t, k);
    plot::Page page(960, 800);
    headline(page, text("%.1f %% of new numbers are translated without a fault", right),
             text("two LSTMs with attention, English to German, %d numbers seen, %d steps, seed %d", learned,
                  program.steps, program.seed));
    draw(page, {40, 92, 416, 300}, plot::Curves{"Loss", {t.losses}, true, "", "step", apart});
    draw(page, {504, 92, 416, 300},
         plot::Curves{"New numbers without a fault", {t.rights}, false, " %", "step", apart});
    draw(page, {40, 412, 880, 370}, attention(t, most_words[0]));
    page.save(program.svg);
}

}  // namespace

int main(int argc, char** argv) {
    return run({"seq2seq", "Teaches two LSTMs to translate numbers from English into German.", "steps", 300}, argc,
               argv, train_and_draw);
}
