using System.Net;
using System.Text;
using Automation.Notify;

namespace Automation.Host.Notifications;

/// <summary>What a person reads of a message.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Short">Two or three lines, for a telephone.</param>
internal sealed record MessageText(string Subject, string Short, string Text, string Html, string Language);

/// <summary>Writes messages in the language and on the clock of who gets them, with why (EXC-3).</summary>
internal sealed class MessageComposer(INoticeWorld world, NotificationLimits limits)
{
    public MessageText Write(OutgoingMessage message)
    {
        Phrases words = Phrases.Of(message.Person.Language);
        var parts = message.Items.Take(limits.NoticesSpeltOut).Select(i => new Part(i.Notice, i.Delivery, world.ContextOf(i.Notice), message.Person, words)).ToList();
        string subject = DeliveryOutcome.OneLine(message.Items.Count == 1 ? parts[0].Subject : Subject(parts, message.Items.Count, words), 200);
        var text = new StringBuilder();
        var html = new StringBuilder("<!doctype html><html><head><meta charset=\"utf-8\"></head><body style=\"font:15px sans-serif\">");
        if (message.Items.Count > 1)
        {
            text.Append(words["held"]).Append("\n\n");
            html.Append("<p>").Append(Html(words["held"])).Append("</p>");
        }

        foreach (Part part in parts) part.Write(text, html);
        if (message.Items.Count > parts.Count)
        {
            string more = words.Say("more", message.Items.Count - parts.Count);
            text.Append(more).Append('\n');
            html.Append("<p>").Append(Html(more)).Append("</p>");
        }

        html.Append("</body></html>");
        return new MessageText(subject, Short(parts, message.Items.Count, words), text.ToString(), html.ToString(), words.Language);
    }

    /// <summary>E.g. <c>Store: 5 messages (Video loss, Device offline)</c>.</summary>
    private static string Subject(List<Part> parts, int count, Phrases words)
    {
        string[] sites = [.. parts.Select(p => p.Context.SiteName).Distinct()];
        string titles = string.Join(", ", parts.Select(p => p.Title).Distinct().Take(3));
        return $"{words.Say("several", string.Join(", ", sites.Take(3)), count)} ({titles})";
    }

    private static string Short(List<Part> parts, int count, Phrases words)
    {
        if (count == 1) return parts[0].Short;
        string lines = string.Join('\n', parts.Take(3).Select(p => p.Line));
        return count <= 3 ? lines : $"{lines}\n{words.Say("more", count - 3)}";
    }

    private static string Html(string text) => WebUtility.HtmlEncode(text).ReplaceLineEndings("<br>");

    /// <summary>One notice within a message.</summary>
    private sealed class Part(Notice notice, Delivery delivery, NoticeContext context, Person person, Phrases words)
    {
        private readonly TimeZoneInfo _zone = person.TimeZone ?? context.Zone;

        public NoticeContext Context => context;

        public string Title => notice.IsException ? words.Title(notice.Exception) : context.RuleName;

        public string Subject
        {
            get
            {
                string what = $"{context.SiteName}: {Title}{(Where.Length == 0 ? "" : " – " + Where)}";
                return delivery.End ? words.Say("over", what) : delivery.Step > 0 ? words.Say("notAcknowledged", what) : what;
            }
        }

        public string Line => $"{(delivery.End ? words.Say("over", Title) : Title)}{(Where.Length == 0 ? "" : " – " + Where)}, {words.Time(notice.At, _zone)}";

        public string Short => notice.IsException ? Line : $"{DeliveryOutcome.OneLine(notice.Message, 300)}\n{Line}";

        private string Where => context.SourceName.Length > 0 ? context.SourceName : notice.Source.Value;

        public void Write(StringBuilder text, StringBuilder html)
        {
            text.Append(Subject).Append('\n').Append('=', Math.Min(Subject.Length, 60)).Append('\n');
            html.Append("<h3>").Append(Html(Subject)).Append("</h3>");
            foreach (string line in Lines())
            {
                text.Append(line).Append('\n');
                html.Append("<p>").Append(Html(line)).Append("</p>");
            }

            html.Append("<table>");
            Row(words["when"], $"{words.Time(notice.At, _zone)} ({_zone.Id})");
            Row(words["site"], $"{context.SiteName} ({notice.Site})");
            if (!notice.Source.IsEmpty) Row(words["where"], context.SourceName.Length > 0 ? $"{context.SourceName} ({notice.Source})" : notice.Source.Value);
            html.Append("</table><p><b>").Append(Html(words["why"])).Append("</b></p><table>");
            text.Append('\n').Append(words["why"]).Append('\n');
            Row(words["rule"], $"{context.RuleName} ({notice.Rule}{(context.RuleKind.Length == 0 ? "" : ", " + words["kind." + context.RuleKind])})");
            if (Cause.Length > 0) Row(words["cause"], Cause);
            foreach (string condition in context.Conditions) Row(words["conditions"], condition);
            Row(words["input"], notice.Cause);
            if (!delivery.End) Row(words["acknowledge"], notice.Id);
            html.Append("</table>");
            text.Append('\n');

            void Row(string name, string value)
            {
                text.Append("  ").Append(name).Append(": ").Append(value).Append('\n');
                html.Append("<tr><td>").Append(Html(name)).Append("</td><td>").Append(Html(value)).Append("</td></tr>");
            }
        }

        private string Cause
        {
            get
            {
                string trigger = notice.Trigger.Length > 0 ? notice.Trigger : notice.Exception;
                return trigger.Length == 0 || notice.Source.IsEmpty ? trigger : words.Say("causeOf", trigger, notice.Source);
            }
        }

        private IEnumerable<string> Lines()
        {
            if (notice.Message.Length > 0) yield return notice.Message;
            if (delivery.End && notice.EndedAt is { } end) yield return words.Say("overAfter", words.Time(end, _zone), words.Duration(end - notice.At));
            if (!delivery.End && delivery.Step > 0) yield return words["notAcknowledgedYet"];
        }
    }
}
