using System.Globalization;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads the parameters of an action in a rule (ACT-1…ACT-7): every finding at its place.</summary>
internal static class ActionParameters
{
    public static DataValue? Read(ReadContext context, JsonNode node, ActionParameterInfo parameter)
    {
        string name = parameter.Name;
        switch (parameter.Kind)
        {
            case DataKind.Null:
                return Values.Data(context, node, name);
            case DataKind.Number:
                // The nulls are spelled out: a bare one would become the value null.
                double? number = parameter.Whole ? Values.Whole(context, node, name, (int)parameter.Min, (int)parameter.Max) : Values.Number(context, node, name, parameter.Min, parameter.Max);
                return number is { } read ? DataValue.FromNumber(read) : (DataValue?)null;
            case DataKind.Boolean when node.Kind == JsonKind.Boolean:
                return node.Boolean;
            case DataKind.Boolean:
                context.Error(Codes.WrongType, node, $"'{name}' is true or false, not {node.KindWord}", "write true or false without quotes");
                return null;
            case DataKind.Text when parameter.Words.Length > 0:
                return Values.Choice(context, node, name, parameter.Words.AsSpan()) is { } word ? DataValue.FromText(word) : (DataValue?)null;
            default:
                if (Values.Text(context, node, name, 2000) is not { } text) return null;
                if (parameter.Problem(text, null) is not { } problem) return DataValue.FromText(text);
                (string what, string remedy) = Split(problem);
                context.Error(Codes.ParameterShape, node, what, remedy);
                return null;
        }
    }

    /// <summary>What only all of them together show: a range that the mode decides.</summary>
    public static void CheckTogether(ReadContext context, JsonNode node, ActionTypeInfo type, DataObject parameters)
    {
        DataObject complete = type.Complete(parameters);
        string mode = complete["mode"].Text;
        foreach (ActionParameterInfo parameter in type.Parameters)
        {
            if (parameter.ByMode.IsEmpty || mode.Length == 0 || parameters[parameter.Name] is not { Kind: DataKind.Number } value) continue;
            if (parameter.RangeProblem(value.Number, mode) is not { } problem) continue;
            JsonNode at = node.Find(parameter.Name)!;
            if (parameter.ByMode.Any(m => m.Mode == mode)) context.Error(Codes.NumberRange, at, string.Create(CultureInfo.InvariantCulture, $"'{parameter.Name}' is {value.Number} in the mode {mode}"), problem.Replace($"'{parameter.Name}' is", "write", StringComparison.Ordinal));
            else context.Error(Codes.ParameterUnknown, at, problem, $"remove it, or take the mode {string.Join(" or ", parameter.ByMode.Select(m => m.Mode))}");
        }

        if (type.Together?.Invoke(complete) is { } missing) context.Error(Codes.ParameterMissing, node, missing, "add it");
    }

    private static (string What, string Remedy) Split(string problem)
    {
        int colon = problem.LastIndexOf(": write ", StringComparison.Ordinal);
        return colon < 0 ? (problem, "see docs/rules.md") : (problem[..colon], problem[(colon + 2)..]);
    }
}
