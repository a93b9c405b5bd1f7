using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>A compiled schema. Filled by the compiler after it exists, because schemas refer to each other in circles.</summary>
internal sealed class SchemaNode(SchemaLocation location)
{
    public SchemaLocation Location { get; } = location;

    /// <summary>For the schemas <c>true</c> and <c>false</c>.</summary>
    public bool? Constant { get; set; }

    /// <summary>In the order they are checked: what <c>unevaluatedItems</c> and <c>unevaluatedProperties</c> look back at comes first.</summary>
    public SchemaKeyword[] Keywords { get; set; } = [];

    /// <summary>It has a keyword that must know what others looked at.</summary>
    public bool NeedsMarks { get; set; }
}

/// <summary>One keyword of one schema, with its value made ready.</summary>
internal abstract class SchemaKeyword(string name, string location)
{
    public string Name { get; } = name;

    /// <summary>The absolute place of the keyword.</summary>
    public string Location { get; } = location;

    /// <summary>Checks the value and reports what is wrong; marks the properties or items it looked at when somebody asks.</summary>
    public abstract bool Check(JsonElement instance, SchemaRun run, Marks? marks);
}

/// <summary>Which properties or items of one value were evaluated by a successful schema (core §11): by position.</summary>
internal sealed class Marks(int count)
{
    private readonly bool[] _marked = new bool[count];

    public static Marks For(JsonElement instance) => new(instance.ValueKind switch
    {
        JsonValueKind.Object => instance.GetPropertyCount(),
        JsonValueKind.Array => instance.GetArrayLength(),
        _ => 0,
    });

    public bool this[int position]
    {
        get => _marked[position];
        set => _marked[position] = value;
    }

    public void Add(Marks others)
    {
        for (int i = 0; i < _marked.Length; i++) _marked[i] |= others._marked[i];
    }
}
