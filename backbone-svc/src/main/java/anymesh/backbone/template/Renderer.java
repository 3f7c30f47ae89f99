// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import anymesh.backbone.template.Statement.Signature;
import anymesh.backbone.template.Statement.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Executes one template once. */
final class Renderer {
    private enum Flow {
        ON, BREAK, CONTINUE
    }

    private final Budget budget = new Budget();
    private final Evaluator evaluator = new Evaluator(budget);

    /** @param scope what the template is given; {@link TemplateFault} or {@link Raised} if nothing comes of it */
    Text render(List<Statement> template, Scope scope) {
        return text(template, new Scope(scope));
    }

    private Text text(List<Statement> body, Scope scope) {
        var to = new Text.Builder(budget);
        execute(body, scope, to);
        return to.build();
    }

    private Flow execute(List<Statement> body, Scope scope, Text.Builder to) {
        budget.enter();
        for (var statement : body) {
            budget.step();
            var flow = execute(statement, scope, to);
            if (flow != Flow.ON) {
                budget.exit();
                return flow;
            }
        }
        budget.exit();
        return Flow.ON;
    }

    private Flow execute(Statement statement, Scope scope, Text.Builder to) {
        switch (statement) {
            case Statement.Output(var value) -> to.append(printed(value, scope));
            case Statement.If branches -> {
                return branch(branches, scope, to);
            }
            case Statement.For loop -> {
                return loop(loop, scope, to);
            }
            case Statement.Assign(var target, var value) -> assign(target, evaluator.value(value, scope), scope);
            case Statement.AssignText set -> {
                var text = text(set.body(), new Scope(scope));
                assign(set.target(), set.filter() == null ? text : evaluator.filter(set.filter(), text, scope), scope);
            }
            case Statement.DefineMacro(var name, var signature, var body) ->
                scope.set(name, macro(name, signature, body, scope));
            case Statement.CallBlock block -> {
                var caller = macro("caller", block.signature(), block.body(), scope);
                to.append(Printer.print(evaluator.apply(block.call(), scope, Map.of("caller", caller)), budget));
            }
            case Statement.FilterBlock(var filter, var body) -> to.append(Printer.print(
                    evaluator.filter(filter, text(body, new Scope(scope)), scope), budget));
            case Statement.With with -> {
                return with(with, scope, to);
            }
            case Statement.Scoped(var body) -> execute(body, new Scope(scope), to);
            case Statement.Break none -> {
                return Flow.BREAK;
            }
            case Statement.Continue none -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.ON;
    }

    private Text printed(Expression expression, Scope scope) {
        var value = evaluator.value(expression, scope);
        try {
            return Printer.print(value, budget);
        } catch (TemplateFault e) {
            throw e.at(expression.line());
        }
    }

    private Flow branch(Statement.If choice, Scope scope, Text.Builder to) {
        for (var branch : choice.branches()) {
            if (evaluator.isTrue(branch.test(), scope)) {
                return execute(branch.body(), scope, to);
            }
        }
        return execute(choice.otherwise(), scope, to);
    }

    private Flow with(Statement.With with, Scope scope, Text.Builder to) {
        var inner = new Scope(scope);
        var values = with.values().stream().map(value -> evaluator.value(value, scope)).toList();
        for (int i = 0; i < values.size(); i++) {
            assign(with.targets().get(i), values.get(i), inner);
        }
        return execute(with.body(), inner, to);
    }

    private Flow loop(Statement.For loop, Scope scope, Text.Builder to) {
        var items = evaluator.value(loop.items(), scope);
        try {
            return loop(loop, items, 0, scope, to);
        } catch (TemplateFault e) {
            throw e.at(loop.line());
        }
    }

    /** Only a return from inside leaves the loop around: a break ends this one. */
    private Flow loop(Statement.For loop, Object value, int depth, Scope scope, Text.Builder to) {
        Function again = call -> {
            var inner = new Text.Builder(budget);
            budget.enter();
            loop(loop, call.takes("iterable").get(0, "iterable"), depth + 1, scope, inner);
            budget.exit();
            return inner.build();
        };
        var state = new Loop(items(loop, value, scope), depth, loop.isRecursive() ? again : null);
        if (!state.hasNext()) {
            return execute(loop.otherwise(), new Scope(scope), to);
        }
        while (state.hasNext()) {
            budget.step();
            var inner = new Scope(scope);
            inner.set("loop", state);
            assign(loop.target(), state.next(), inner);
            if (execute(loop.body(), inner, to) == Flow.BREAK) {
                break;
            }
        }
        return Flow.ON;
    }

    private List<Object> items(Statement.For loop, Object value, Scope scope) {
        var items = Values.items(value, budget);
        var test = loop.test();
        if (test == null) {
            return items;
        }
        var kept = new ArrayList<Object>();
        for (var item : items) {
            budget.items(1);
            var inner = new Scope(scope);
            assign(loop.target(), item, inner);
            if (evaluator.isTrue(test, inner)) {
                kept.add(item);
            }
        }
        return kept;
    }

    private void assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable(var name) -> scope.set(name, value);
            case Target.Field(var name, var field, var line) -> {
                if (!(scope.get(name) instanceof Namespace namespace)) {
                    throw new TemplateFault("'%s' is no namespace, so nothing can be set in it".formatted(name), line);
                }
                if (field.startsWith("_")) {
                    throw new TemplateFault("a namespace keeps no '%s'".formatted(field), line);
                }
                namespace.set(field, value);
            }
            case Target.Several(var targets, var line) -> {
                var parts = unpacked(value, line);
                if (parts.size() != targets.size()) {
                    throw new TemplateFault("%d values for %d names".formatted(parts.size(), targets.size()), line);
                }
                for (int i = 0; i < targets.size(); i++) {
                    assign(targets.get(i), parts.get(i), scope);
                }
            }
        }
    }

    private List<Object> unpacked(Object value, int line) {
        try {
            return Values.items(value, budget);
        } catch (TemplateFault e) {
            throw e.at(line);
        }
    }

    /** Sees what its own block sees, whoever calls it. */
    private Function macro(String name, Signature signature, List<Statement> body, Scope home) {
        return call -> {
            var scope = new Scope(home);
            var parameters = signature.parameters();
            scope.set("varargs", new Tuple(call.skip(parameters.size()).positional()));
            scope.set("kwargs", rest(name, signature, call));
            scope.set("caller", call.named().getOrDefault("caller", new Undefined("no caller defined")));
            for (int i = 0; i < parameters.size(); i++) {
                scope.set(parameters.get(i), argument(name, signature, i, call, scope));
            }
            budget.enter();
            var written = text(body, scope);
            budget.exit();
            return written;
        };
    }

    /** What is given by other names than the parameters'; {@link TemplateFault} for what the macro has no use for. */
    private static Map<Object, Object> rest(String macro, Signature signature, Call call) {
        int places = signature.parameters().size();
        if (call.positional().size() > places && !signature.extras().contains("varargs")) {
            throw new TemplateFault("macro '%s' takes not more than %d values".formatted(macro, places));
        }
        var rest = new LinkedHashMap<Object, Object>();
        call.named().forEach((key, value) -> {
            boolean isCaller = key.equals("caller") && signature.extras().contains(key);
            if (!signature.parameters().contains(key) && !isCaller) {
                rest.put(Text.own(key), value);
            }
        });
        if (!rest.isEmpty() && !signature.extras().contains("kwargs")) {
            throw new TemplateFault("macro '%s' takes no '%s'".formatted(macro, rest.keySet().iterator().next()));
        }
        return rest;
    }

    private Object argument(String macro, Signature signature, int place, Call call, Scope scope) {
        var name = signature.parameters().get(place);
        if (call.has(place, name)) {
            if (place < call.positional().size() && call.named().containsKey(name)) {
                throw new TemplateFault("macro '%s' is given a second '%s'".formatted(macro, name));
            }
            return call.get(place, name);
        }
        int withDefault = place - (signature.parameters().size() - signature.defaults().size());
        return withDefault >= 0
                ? evaluator.value(signature.defaults().get(withDefault), scope)
                : new Undefined("parameter '%s' of macro '%s' was not provided".formatted(name, macro));
    }
}
