using System.Globalization;
using Automation.Core.Engine;
using Automation.Core.Model;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Parser;
using Jint.Runtime;
using Jint.Runtime.Debugger;
using ScriptProgram = Jint.Parser.Ast.Program;

namespace Automation.Host.Scripting;

/// <summary>
/// Runs rule scripts with Jint (ECMAScript 5). A script sees <c>at</c>, <c>rule</c>, <c>event</c> (<c>type</c>, <c>source</c>, <c>data</c>) and <c>state(address)</c>; a script step can also call
/// <c>action</c>, <c>publish</c>, <c>notify</c>, <c>setState</c> and <c>setRule</c>. Nothing of .NET, no file, no clock, no randomness: a replay runs the same.
/// </summary>
/// <remarks>One host a site; called by the site's writer only.</remarks>
internal sealed class JintScriptHost(ScriptLimits limits) : IScriptHost
{
    /// <summary>Parsed scripts kept; a site has a few.</summary>
    private const int CachedPrograms = 256;

    private readonly Dictionary<string, ScriptProgram> _programs = new(StringComparer.Ordinal);

    /// <summary>The completion value of the script must be a boolean.</summary>
    /// <exception cref="ScriptException">The script is wrong, beyond a bound, or answers something else.</exception>
    public bool Condition(string source, in ScriptContext context)
    {
        JsValue value = Execute(source, context, null);
        return value.IsBoolean() ? value.AsBoolean() : throw new ScriptException($"the script answered {Describe(value)} instead of true or false");
    }

    /// <exception cref="ScriptException">The script is wrong or beyond a bound.</exception>
    public void Run(string source, in ScriptContext context, IScriptEffects effects) => Execute(source, context, effects);

    private JsValue Execute(string source, in ScriptContext context, IScriptEffects? effects)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        var engine = new Engine(options => options.Strict().MaxStatements(limits.Statements).LimitRecursion(limits.Recursion).TimeoutInterval(limits.Time).Culture(CultureInfo.InvariantCulture).DebugMode(true));
        engine.Step += (_, _) => GC.GetAllocatedBytesForCurrentThread() - allocated > limits.Bytes
            ? throw new ScriptException($"the script used more than {limits.Bytes / 1024 / 1024} MiB of memory")
            : StepMode.Into;
        try
        {
            Offer(engine, context, effects);
            return engine.Execute(ProgramOf(source)).GetCompletionValue();
        }
        catch (Exception e) when (e is JavaScriptException or ParserException or StatementsCountOverflowException or RecursionDepthOverflowException or TimeoutException or ArgumentException or InvalidCastException)
        {
            throw new ScriptException(e.Message, e);
        }
    }

    private ScriptProgram ProgramOf(string source)
    {
        if (_programs.TryGetValue(source, out ScriptProgram? program)) return program;
        if (source.Length > limits.SourceLength) throw new ScriptException($"the script is longer than {limits.SourceLength} characters");
        if (_programs.Count >= CachedPrograms) _programs.Clear();
        return _programs[source] = new JavaScriptParser().Parse(source);
    }

    private static void Offer(Engine engine, ScriptContext context, IScriptEffects? effects)
    {
        // Chance and the clock would make a replay differ from what happened.
        engine.Execute("Math.random = undefined; Date = undefined;");
        engine.SetValue("at", context.At.ToString("O", CultureInfo.InvariantCulture));
        engine.SetValue("rule", context.Rule);
        ObjectInstance happened = engine.Object.Construct(Arguments.Empty);
        happened.FastAddProperty("type", context.Event is null ? JsValue.Null : new JsValue(context.Event), false, true, false);
        happened.FastAddProperty("source", context.Source.IsEmpty ? JsValue.Null : new JsValue(context.Source.Value), false, true, false);
        happened.FastAddProperty("data", ToScript(engine, context.Data), false, true, false);
        engine.SetValue("event", happened);
        Func<ResourceAddress, DataObject?> stateOf = context.StateOf;
        engine.SetValue("state", new Func<string, JsValue>(address =>
            ResourceAddress.TryParse(address, out ResourceAddress resource) && stateOf(resource) is { } state ? ToScript(engine, state) : JsValue.Null));
        if (effects is null) return;
        engine.SetValue("action", new Action<string, string, JsValue>((action, on, parameters) => effects.Action(action, Address(on), FromScript(parameters))));
        engine.SetValue("publish", new Action<string, string, JsValue>((topic, payload, retain) => effects.Publish(topic, payload, retain.IsBoolean() && retain.AsBoolean())));
        engine.SetValue("notify", new Action<string>(effects.Notify));
        engine.SetValue("setState", new Action<string, JsValue>((resource, properties) => effects.SetState(Address(resource), FromScript(properties))));
        engine.SetValue("setRule", new Action<string, bool>(effects.SetRule));
    }

    private static ResourceAddress Address(string text) =>
        ResourceAddress.TryParse(text, out ResourceAddress address) ? address : throw new ScriptException($"'{text}' is not a resource address");

    private static ObjectInstance ToScript(Engine engine, DataObject data)
    {
        ObjectInstance result = engine.Object.Construct(Arguments.Empty);
        foreach ((string name, DataValue value) in data)
        {
            result.FastAddProperty(name, value.Kind switch
            {
                DataKind.Boolean => new JsValue(value.Boolean),
                DataKind.Number => new JsValue(value.Number),
                DataKind.Text => new JsValue(value.Text),
                _ => JsValue.Null,
            }, false, true, false);
        }

        return result;
    }

    private static DataObject FromScript(JsValue value)
    {
        if (value.IsUndefined() || value.IsNull()) return DataObject.Empty;
        if (!value.IsObject()) throw new ScriptException($"{Describe(value)} is not an object of plain values");
        return DataObject.From(value.AsObject().GetOwnProperties().Select(p => KeyValuePair.Create(p.Key, Plain(p.Key, p.Value.Value))));
    }

    private static DataValue Plain(string name, JsValue value) => value switch
    {
        _ when value.IsBoolean() => value.AsBoolean(),
        _ when value.IsNumber() && double.IsFinite(value.AsNumber()) => value.AsNumber(),
        _ when value.IsString() => value.AsString(),
        _ when value.IsNull() => DataValue.Null,
        _ => throw new ScriptException($"'{name}' is {Describe(value)}, not a plain value"),
    };

    private static string Describe(JsValue value) => value.IsObject() ? "an object" : value.IsString() ? $"the text '{value.AsString()}'" : value.ToString();
}
